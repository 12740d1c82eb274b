#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace radforge {

/// What marks the last symbol of a word.
inline constexpr std::string_view bpe_end_of_word = "</w>";
inline constexpr std::string_view clip_begin_token = "<|startoftext|>";
inline constexpr std::string_view clip_end_token = "<|endoftext|>";

using BpeMerge = std::pair<std::string, std::string>;

/// The symbol (one code point, in UTF-8) of each byte: printable Latin-1 characters stand for themselves, the rest is moved to
/// U+0100 and up. Source: the byte-level alphabet of GPT-2, which CLIP took over.
const std::array<std::string, 256>& byte_symbols();

/// Tokens in the order of their ids, as CLIP numbers them: byte symbols (printable ones first), the same with `</w>`, what the
/// merges make, begin and end of text. A text that two merges make has one id.
std::vector<std::string> clip_vocabulary(const std::vector<BpeMerge>& merges);

} // namespace radforge
