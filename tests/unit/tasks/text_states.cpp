#include "radforge/tasks/text_states.hpp"

#include "encoded_fixture.hpp"

#include "radforge/core/error.hpp"
#include "radforge/models/model_digest.hpp"
#include "radforge/models/pipeline_folder.hpp"
#include "radforge/models/token_ids.hpp"

#include <ATen/ops/equal.h>
#include <c10/core/GradMode.h>

using namespace radforge;
using Catch::Matchers::Contains;

namespace {

const std::string man = "50 year old male. PA view.";
const std::string woman = "50 year old female. PA view.";

struct TextFixture : EncodedFixture {
  TextFixture()
      : tokenizer(folder / "whole/tokenizer"), config(read_text_encoder_config(folder / "whole")),
        encoder(config, ParameterScope(parameters)) {
    parameters.allocate_frozen();
    parameters.load(parameters.flat(), read_text_encoder_weights(folder / "whole"));
  }
  TextStates::Model model() const {
    return {tokenizer, encoder,
            text_encoder_digest(config, read_text_encoder_weights(folder / "whole"), folder / "whole/tokenizer")};
  }
  std::filesystem::path cache() const { return folder / "latents/text_states"; }

  ParameterSet parameters;
  ClipTokenizer tokenizer;
  TextEncoderConfig config;
  ClipTextEncoder encoder;
};

} // namespace

TEST_CASE_METHOD(TextFixture, "states that were read are bit for bit those that are computed") {
  TextStates computed(model(), {}, 0);
  TextStates read(model(), {cache()}, 0);
  const std::vector<std::string> prompts{woman, "", man, woman};
  const at::Tensor states = computed.states(prompts);
  CHECK(states.sizes() == at::IntArrayRef({4, 16, 16}));
  CHECK(at::equal(states, read.states(prompts)));
  CHECK(computed.num_computed() == 4);
  CHECK(read.num_computed() == 0);
  const c10::NoGradGuard no_grad;
  const at::Tensor together = encoder.forward(token_ids(tokenizer, prompts));
  CHECK(states.sub(together).abs().max().item<double>() < 1e-5);
}

TEST_CASE_METHOD(TextFixture, "a prompt that no cache has is computed, and what is kept is computed once") {
  TextStates states(model(), {cache()}, 1 << 20);
  const std::vector<std::string> prompts{man, "unheard of", "unheard of"};
  const at::Tensor first = states.states(prompts);
  CHECK(states.num_computed() == 1);
  CHECK(at::equal(states.states(prompts), first));
  CHECK(states.num_computed() == 1);
}

TEST_CASE_METHOD(TextFixture, "text states of another encoder or tokenizer are refused by both digests") {
  TextStates::Model other = model();
  other.digest = std::string(32, 'f');
  const auto open = [&] { TextStates(other, {cache()}, 0); };
  CHECK_THROWS_AS(open(), ConfigError);
  CHECK_THROWS_WITH(open(), Contains(std::string(32, 'f')) && Contains(model().digest));
  CHECK_THROWS_AS(TextStates(model(), {folder / "latents"}, 0), DataError);
}

TEST_CASE_METHOD(TextFixture, "the rows of text states are the empty text and each prompt of an image once") {
  const Dataset images(folder / "data");
  const TextStateRows rows(latents_config(), images);
  REQUIRE(rows.num_rows() == 3);
  CHECK(rows.record(0).prompt.empty());
  CHECK(rows.record(1).prompt == woman);
  CHECK(rows.record(2).prompt == man);
  CHECK(rows.record(2).id == 2);
  CHECK(rows.schema().height == 16);
  CHECK(rows.schema().width == 16);
  CHECK(rows.values(2).size() == rows.schema().num_bytes());
}
