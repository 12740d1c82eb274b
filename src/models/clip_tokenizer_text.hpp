#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace radforge {

/// Errors: DataError with the byte offset of what is not UTF-8.
void require_utf8(std::string_view text);

/// NFC, then lower case of each code point (U+0130 becomes two). White space is left: it only separates words. `text` is
/// UTF-8.
std::string normalize_clip_text(std::string_view text);

/// The words of normalised text by CLIP's pattern: the two special tokens, English contractions, runs of letters, single numbers,
/// runs of what is none of letter, number and white space. Views into `text`. Special tokens fall into three words, as the
/// second, byte-level pattern of the fast tokenizer cuts them.
std::vector<std::string_view> split_clip_words(std::string_view text);

} // namespace radforge
