#pragma once

#include <libdeflate.h>

#include <cstdint>
#include <span>

namespace radforge {

/// Sum over images of CRC-32 of the id (8 bytes, little-endian) and the pixels: in any order the same.
class CoverageDigest {
 public:
  void add(std::int64_t id, std::span<const std::uint8_t> pixels) {
    const std::uint32_t of_id = libdeflate_crc32(0, &id, sizeof(id));
    sum_ += libdeflate_crc32(of_id, pixels.data(), pixels.size());
  }
  std::uint64_t value() const { return sum_; }

 private:
  std::uint64_t sum_ = 0;
};

} // namespace radforge
