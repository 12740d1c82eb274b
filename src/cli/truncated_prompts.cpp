#include "truncated_prompts.hpp"

#include "radforge/io/utf8.hpp"
#include "radforge/models/clip_tokenizer.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <vector>

namespace radforge {

namespace {

std::string_view beginning_of(std::string_view text) {
  const std::string_view shown = text.substr(0, 300);
  return shown.substr(0, find_invalid_utf8(shown)); // not the first bytes of a character
}

} // namespace

void warn_of_truncated_prompts(const std::set<std::string>& prompts, const std::filesystem::path& folder, const Log& log) {
  const ClipTokenizer tokenizer(folder);
  std::vector<std::string> truncated;
  std::copy_if(prompts.begin(), prompts.end(), std::back_inserter(truncated),
               [&](const std::string& prompt) { return tokenizer.is_truncated(prompt); });
  if (!truncated.empty()) {
    log.warning(
        "{} of {} prompts lose their end (the text encoder reads {} tokens, begin and end among them): shorten the template "
        "of the prompts, or train with a larger text_encoder.max_position_embeddings. The first begins '{}'",
        truncated.size(), prompts.size(), tokenizer.max_length(), beginning_of(truncated.front()));
  }
}

} // namespace radforge
