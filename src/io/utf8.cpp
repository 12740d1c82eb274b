#include "radforge/io/utf8.hpp"

#include <cstdint>

namespace radforge {
namespace {

struct Sequence {
  std::size_t length;
  std::uint8_t second_low;
  std::uint8_t second_high;
};

/// What a leading byte promises; length 0 if it cannot lead.
Sequence sequence_of(std::uint8_t lead) {
  if (lead < 0x80) {
    return {1, 0, 0};
  }
  if (lead >= 0xC2 && lead <= 0xDF) {
    return {2, 0x80, 0xBF};
  }
  if (lead >= 0xE0 && lead <= 0xEF) {
    return {3, static_cast<std::uint8_t>(lead == 0xE0 ? 0xA0 : 0x80), static_cast<std::uint8_t>(lead == 0xED ? 0x9F : 0xBF)};
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    return {4, static_cast<std::uint8_t>(lead == 0xF0 ? 0x90 : 0x80), static_cast<std::uint8_t>(lead == 0xF4 ? 0x8F : 0xBF)};
  }
  return {0, 0, 0};
}

} // namespace

std::size_t find_invalid_utf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const Sequence sequence = sequence_of(static_cast<std::uint8_t>(text[at]));
    if (sequence.length == 0 || text.size() - at < sequence.length) {
      return at;
    }
    for (std::size_t i = 1; i < sequence.length; ++i) {
      const auto byte = static_cast<std::uint8_t>(text[at + i]);
      const std::uint8_t low = i == 1 ? sequence.second_low : 0x80;
      const std::uint8_t high = i == 1 ? sequence.second_high : 0xBF;
      if (byte < low || byte > high) {
        return at;
      }
    }
    at += sequence.length;
  }
  return std::string_view::npos;
}

} // namespace radforge
