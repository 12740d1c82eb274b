#include "radforge/models/token_ids.hpp"

#include <ATen/ops/empty.h>

#include <algorithm>

namespace radforge {

at::Tensor token_ids(const ClipTokenizer& tokenizer, std::span<const std::string> prompts) {
  const at::Tensor ids = at::empty({static_cast<std::int64_t>(prompts.size()), tokenizer.max_length()}, at::kLong);
  auto* place = ids.mutable_data_ptr<std::int64_t>();
  for (const std::string& prompt : prompts) {
    place = std::ranges::copy(tokenizer.encode(prompt), place).out;
  }
  return ids;
}

} // namespace radforge
