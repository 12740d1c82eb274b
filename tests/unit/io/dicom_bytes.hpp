#pragma once

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace radforge {

/// `size` bytes of a number, least significant first.
inline std::string little_endian(std::uint32_t value, std::size_t size) {
  std::string bytes;
  for (std::size_t i = 0; i < size; ++i) {
    bytes += static_cast<char>(value >> (8 * i));
  }
  return bytes;
}

inline std::string tag_bytes(std::uint16_t group, std::uint16_t element) {
  return little_endian(group, 2) + little_endian(element, 2);
}

/// A file in explicit little endian VR whose element of two bytes has another value.
inline std::string with_number(std::string content, std::uint16_t element, std::uint16_t value) {
  const std::size_t at = content.find(tag_bytes(0x0028, element) + "US" + little_endian(2, 2));
  REQUIRE(at != std::string::npos);
  return content.replace(at + 8, 2, little_endian(value, 2));
}

inline std::string with_size(std::string content, std::uint16_t rows, std::uint16_t columns) {
  return with_number(with_number(std::move(content), 0x0010, rows), 0x0011, columns);
}

/// A file in which one text is replaced by another of the same length.
inline std::string with_text(std::string content, std::string_view from, std::string_view to) {
  const std::size_t at = content.find(from);
  REQUIRE(at != std::string::npos);
  REQUIRE(from.size() == to.size());
  return content.replace(at, to.size(), to);
}

/// A well-formed file with compressed pixels, of whose last fragment only the first half is left.
inline std::string with_half_a_fragment(const std::string& content) {
  const std::string item = tag_bytes(0xFFFE, 0xE000);
  const std::string end = tag_bytes(0xFFFE, 0xE0DD) + little_endian(0, 4);
  const std::size_t pixels = content.find(tag_bytes(0x7FE0, 0x0010));
  REQUIRE(pixels != std::string::npos);
  std::size_t at = pixels + 12;
  std::size_t size = 0;
  for (std::size_t next = at; content.compare(next, 4, item) == 0; next += 8 + size) {
    at = next;
    size = 0;
    for (std::size_t i = 4; i-- > 0;) {
      size = size << 8 | static_cast<unsigned char>(content[at + 4 + i]);
    }
  }
  const std::size_t half = size / 4 * 2;
  return content.substr(0, at + 4) + little_endian(static_cast<std::uint32_t>(half), 4) + content.substr(at + 8, half) + end;
}

} // namespace radforge
