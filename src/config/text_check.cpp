#include "text_check.hpp"

#include "node.hpp"
#include "radforge/core/error.hpp"

#include <algorithm>
#include <cstdint>

namespace radforge {
namespace {

/// Bytes of the UTF-8 sequence at the start of `text`, 0 if there is no valid one (RFC 3629: shortest form, no surrogates).
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = byte(0);
  if (first < 0x80) {
    return 1;
  }
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) {
    return 0;
  }
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) {
      return 0;
    }
  }
  const bool too_long = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xf0 && byte(1) < 0x90);
  const bool no_character = (first == 0xed && byte(1) > 0x9f) || (first == 0xf4 && byte(1) > 0x8f);
  return too_long || no_character ? 0 : length;
}

bool is_control(char c) {
  const auto byte = static_cast<std::uint8_t>(c);
  return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7f;
}

} // namespace

void check_text(std::string_view text, const std::string& name) {
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = is_control(text[i]) ? 0 : sequence_length(text.substr(i));
    if (length == 0) {
      const std::string_view before = text.substr(0, i);
      const auto line = static_cast<int>(std::count(before.begin(), before.end(), '\n')) + 1;
      const std::size_t line_start = before.rfind('\n') + 1; // npos + 1 is 0
      throw ConfigError("{}: not a text file (byte 0x{:02x} is no UTF-8 text) check that this is the right file",
                        Place{name, line, static_cast<int>(i - line_start) + 1}.text(), static_cast<std::uint8_t>(text[i]));
    }
    i += length;
  }
}

} // namespace radforge
