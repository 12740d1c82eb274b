#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

struct libdeflate_compressor;

namespace radforge {

/// Compresses into the zlib format, which HDF5's gzip filter reads. Each thread has its own.
class ZlibCompressor {
 public:
  explicit ZlibCompressor(int level);

  std::vector<std::byte> compress(std::span<const std::byte> bytes);

 private:
  struct Free {
    void operator()(libdeflate_compressor* compressor) const;
  };
  std::unique_ptr<libdeflate_compressor, Free> compressor_;
  std::vector<std::byte> scratch_;
};

/// Fills `out` from zlib data. False if the data is damaged or does not fill it exactly.
bool zlib_decompress(std::span<const std::byte> data, std::span<std::byte> out);

} // namespace radforge
