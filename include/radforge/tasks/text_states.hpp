#pragma once

#include "radforge/models/clip_text_encoder.hpp"
#include "radforge/models/clip_tokenizer.hpp"

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace radforge {

/// What a frozen text encoder makes of prompts: read from data sets of text states where one has the prompt, else computed. Both
/// give the same bits.
class TextStates {
 public:
  struct Model {
    const ClipTokenizer& tokenizer;
    const ClipTextEncoder& encoder;
    std::string digest;           ///< text_encoder_digest(); not read without caches
    at::Device device = at::kCPU; ///< where the encoder is, and states are wanted
  };

  /// `caches` are folders of data sets of text states. Keeps what it has made or read, up to `kept_bytes`. Tokenizer and encoder
  /// outlive the object. Errors: ConfigError, which names both digests, for a cache of another model; DataError, IoError.
  TextStates(Model model, const std::vector<std::filesystem::path>& caches, std::size_t kept_bytes);
  ~TextStates();

  /// N x tokens x hidden_size, fp32, no gradients. Errors: DataError, IoError; as ClipTokenizer::encode().
  at::Tensor states(std::span<const std::string> prompts);
  /// Prompts that had to be computed so far, repetitions counted.
  std::int64_t num_computed() const;

 private:
  at::Tensor states_of(const std::string& prompt);

  struct State;
  std::unique_ptr<State> state_;
};

} // namespace radforge
