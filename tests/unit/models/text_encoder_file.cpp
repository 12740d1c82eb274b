#include "radforge/core/error.hpp"
#include "radforge/models/pipeline_folder.hpp"
#include "radforge/nn/state_dict.hpp"

#include "golden.hpp"
#include "part_files.hpp"

#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>

using namespace radforge;
using Catch::Matchers::Contains;
using nlohmann::json;

namespace {

TextEncoderConfig with(const json& changes) { return read_text_encoder_config(PartFolder("text_encoder", changes).path()); }

} // namespace

TEST_CASE("a text encoder that is not built here is refused by key and value") {
  CHECK_THROWS_WITH(with({{"model_type", "t5"}}), Contains("describes a t5"));
  CHECK_THROWS_WITH(with({{"architectures", {"CLIPTextModelWithProjection"}}}), Contains("CLIPTextModelWithProjection"));
  CHECK_THROWS_WITH(with({{"layer_norm_eps", 1e-6}}), Contains("layer_norm_eps"));
  CHECK_THROWS_WITH(with({{"hidden_act", "relu"}}), Contains("relu"));
  CHECK_THROWS_WITH(with({{"num_attention_heads", 15}}), Contains("num_attention_heads"));
}

TEST_CASE("a text encoder's weights are read with position ids and without the prefix") {
  const StateDict weights = under(read_golden("models/clip_text"), "weights.");
  StateDict other = {{"embeddings.position_ids", at::arange(12).unsqueeze(0)}};
  for (const auto& [name, tensor] : weights) {
    REQUIRE(name.starts_with("text_model."));
    other[name.substr(std::string("text_model.").size())] = tensor;
  }
  const TempFolder folder;
  std::filesystem::create_directories(folder / "text_encoder");
  write_state_dict(folder / "text_encoder/model.safetensors", other);
  const StateDict read = read_text_encoder_weights(folder.path());
  REQUIRE(read.size() == weights.size());
  for (const auto& [name, tensor] : weights) {
    INFO(name);
    CHECK(at::equal(read.at(name), tensor));
  }
}
