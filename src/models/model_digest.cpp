#include "radforge/models/model_digest.hpp"

#include "clip_tokenizer_files.hpp"

#include "radforge/core/hash.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace radforge {

namespace {

// Names and shapes beside the bytes: equal bytes may be cut into other tensors.
void add(Digest& digest, const std::string& text) {
  const std::string line = text + "\n";
  digest.update(std::as_bytes(std::span(line)));
}

void add(Digest& digest, const StateDict& weights) {
  for (const auto& [name, tensor] : weights) {
    const at::Tensor whole = tensor.contiguous();
    add(digest, fmt::format("{} {} {}", name, c10::toString(whole.scalar_type()), fmt::join(whole.sizes().vec(), "x")));
    digest.update({static_cast<const std::byte*>(whole.const_data_ptr()), whole.nbytes()});
  }
}

} // namespace

std::string autoencoder_digest(const AutoencoderConfig& config, const StateDict& weights) {
  Digest digest;
  add(digest, fmt::format("AutoencoderKL {} groups, {} layers a block", config.norm_num_groups, config.layers_per_block));
  add(digest, weights);
  return digest.hex();
}

std::string text_encoder_digest(const TextEncoderConfig& config, const StateDict& weights,
                                const std::filesystem::path& tokenizer_folder) {
  Digest digest;
  add(digest, fmt::format("CLIPTextModel {} heads, {}", config.num_attention_heads, config.hidden_act));
  add(digest, weights);
  for (const char* file : tokenizer_files) {
    if (std::filesystem::exists(tokenizer_folder / file)) { // no folder has all of them
      add(digest, fmt::format("{} {}", file, digest_file(tokenizer_folder / file)));
    }
  }
  return digest.hex();
}

} // namespace radforge
