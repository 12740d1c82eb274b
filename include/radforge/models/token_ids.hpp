#pragma once

#include "radforge/models/clip_tokenizer.hpp"

#include <ATen/core/Tensor.h>

#include <span>
#include <string>

namespace radforge {

/// Ids of prompts as a text encoder takes them: prompts.size() x tokenizer.max_length(), int64. Errors: as
/// ClipTokenizer::encode().
at::Tensor token_ids(const ClipTokenizer& tokenizer, std::span<const std::string> prompts);

} // namespace radforge
