#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace radforge {

struct Jpeg2000Size {
  int width = 0;
  int height = 0;
  int components = 1;
};

/// Decoded samples: height x width x components, in two's complement of `bits` (1 to 16) bits.
struct Jpeg2000Values {
  int bits = 0;
  bool is_signed = false;
  std::vector<std::uint16_t> words;
};

/// Decodes a JPEG 2000 code stream (or JP2 file) of exactly the expected size, which its header is checked against before memory
/// is taken. Errors: DataError (another size or depth, damaged or truncated).
Jpeg2000Values decode_jpeg2000(std::span<const std::byte> data, const Jpeg2000Size& expected, const std::string& name);

} // namespace radforge
