#include "radforge/models/model_digest.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/models/pipeline_folder.hpp"

#include "temp_folder.hpp"
#include "torch_catch.hpp"

#include <ATen/ops/arange.h>

#include <set>

using namespace radforge;

namespace {

StateDict weights() { return {{"a", at::arange(6, at::kFloat).view({2, 3})}, {"b", at::arange(3, at::kFloat)}}; }

} // namespace

TEST_CASE("the digest of an autoencoder is that of its weights and of what they mean, and of nothing else") {
  const AutoencoderConfig config;
  const std::string digest = autoencoder_digest(config, weights());
  CHECK(digest.size() == 32);
  std::set<std::string> different{digest};
  const auto add = [&](const AutoencoderConfig& other, const StateDict& state) {
    different.insert(autoencoder_digest(other, state));
  };
  StateDict state = weights();
  state["a"] = state["a"].add(0.001);
  add(config, state);
  state = weights();
  state["a"] = state["a"].view({3, 2});
  add(config, state);
  state = weights();
  state["c"] = state["b"];
  state.erase("b");
  add(config, state);
  state = weights();
  state["b"] = state["b"].to(at::kHalf);
  add(config, state);
  AutoencoderConfig other = config;
  other.norm_num_groups = 4;
  add(other, weights());
  CHECK(different.size() == 6);

  other = config;
  other.scaling_factor = 3;
  other.sample_size = 512;
  CHECK(autoencoder_digest(other, weights()) == digest);
  state = weights();
  state["a"] = state["a"].t().contiguous().t(); // the same values in another order of memory
  CHECK(autoencoder_digest(config, state) == digest);
}

TEST_CASE("the digest of a text encoder counts its tokenizer in") {
  const TempFolder folder;
  write_file_atomically(folder / "vocab.json", "{}");
  write_file_atomically(folder / "merges.txt", "a b\n");
  const TextEncoderConfig config;
  const std::string digest = text_encoder_digest(config, weights(), folder.path());
  CHECK(text_encoder_digest(config, weights(), folder.path()) == digest);
  write_file_atomically(folder / "notes.txt", "no part of it");
  CHECK(text_encoder_digest(config, weights(), folder.path()) == digest);
  TextEncoderConfig other = config;
  other.num_attention_heads = 2;
  CHECK(text_encoder_digest(other, weights(), folder.path()) != digest);
  write_file_atomically(folder / "merges.txt", "b a\n");
  CHECK(text_encoder_digest(config, weights(), folder.path()) != digest);
}
