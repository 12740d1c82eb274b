#include "bpe_alphabet.hpp"

#include <unordered_set>

namespace radforge {

namespace {

bool is_printable_latin1(int byte) { return (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte != 0xad); }

std::string utf8_of(int code_point) {
  if (code_point < 0x80)
    return {static_cast<char>(code_point)};
  return {static_cast<char>(0xc0 | code_point >> 6), static_cast<char>(0x80 | (code_point & 0x3f))};
}

std::array<std::string, 256> make_byte_symbols() {
  std::array<std::string, 256> symbols;
  int num_moved = 0;
  for (int byte = 0; byte < 256; ++byte)
    symbols[byte] = utf8_of(is_printable_latin1(byte) ? byte : 0x100 + num_moved++);
  return symbols;
}

} // namespace

const std::array<std::string, 256>& byte_symbols() {
  static const std::array<std::string, 256> symbols = make_byte_symbols();
  return symbols;
}

std::vector<std::string> clip_vocabulary(const std::vector<BpeMerge>& merges) {
  std::vector<std::string> tokens;
  for (bool printable : {true, false})
    for (int byte = 0; byte < 256; ++byte)
      if (is_printable_latin1(byte) == printable)
        tokens.push_back(byte_symbols()[byte]);
  for (int i = 0; i < 256; ++i)
    tokens.push_back(tokens[i] + std::string(bpe_end_of_word));

  std::unordered_set<std::string> known(tokens.begin(), tokens.end());
  for (const auto& [left, right] : merges)
    if (auto [text, is_new] = known.insert(left + right); is_new)
      tokens.push_back(*text);
  tokens.emplace_back(clip_begin_token);
  tokens.emplace_back(clip_end_token);
  return tokens;
}

} // namespace radforge
