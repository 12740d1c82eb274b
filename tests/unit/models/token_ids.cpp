#include "radforge/models/token_ids.hpp"

#include "radforge/core/error.hpp"

#include "temp_folder.hpp"
#include "torch_catch.hpp"

#include <array>

using namespace radforge;

TEST_CASE("a row of ids a prompt, as the tokenizer encodes it") {
  const TempFolder folder;
  train_clip_tokenizer({"50 year old male.", "50 year old female."}, 10, 16, folder.path());
  const ClipTokenizer tokenizer(folder.path());
  const std::array<std::string, 3> prompts{"50 year old male.", "", "male male male male male male male male male male male"};
  const at::Tensor ids = token_ids(tokenizer, prompts);
  REQUIRE(ids.sizes() == at::IntArrayRef({3, 16}));
  CHECK(ids.scalar_type() == at::kLong);
  for (std::int64_t i = 0; i < 3; ++i) {
    const auto* row = ids.const_data_ptr<std::int64_t>() + 16 * i;
    CHECK(std::vector<std::int64_t>(row, row + 16) == tokenizer.encode(prompts[static_cast<std::size_t>(i)]));
  }
  CHECK(token_ids(tokenizer, {}).sizes() == at::IntArrayRef({0, 16}));
  CHECK_THROWS_AS(token_ids(tokenizer, std::array<std::string, 1>{"\xff"}), DataError);
}
