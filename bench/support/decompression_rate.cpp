#include "decompression_rate.hpp"

#include "radforge/core/clock.hpp"

#include <libdeflate.h>

#include <cstdlib>
#include <memory>
#include <utility>

namespace radforge {

double decompression_rate(const std::vector<std::vector<std::uint8_t>>& images) {
  const std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)> compressor(libdeflate_alloc_compressor(4),
                                                                                                 &libdeflate_free_compressor);
  const std::unique_ptr<libdeflate_decompressor, decltype(&libdeflate_free_decompressor)> decompressor(
      libdeflate_alloc_decompressor(), &libdeflate_free_decompressor);
  std::vector<std::vector<std::uint8_t>> streams;
  for (const std::vector<std::uint8_t>& pixels : images) {
    std::vector<std::uint8_t> stream(libdeflate_zlib_compress_bound(compressor.get(), pixels.size()));
    stream.resize(libdeflate_zlib_compress(compressor.get(), pixels.data(), pixels.size(), stream.data(), stream.size()));
    streams.push_back(std::move(stream));
  }
  std::vector<std::uint8_t> pixels(images.front().size());
  const Stopwatch watch;
  for (const std::vector<std::uint8_t>& stream : streams) {
    if (libdeflate_zlib_decompress(decompressor.get(), stream.data(), stream.size(), pixels.data(), pixels.size(), nullptr) !=
        LIBDEFLATE_SUCCESS) {
      std::abort();
    }
  }
  return static_cast<double>(streams.size()) / watch.seconds();
}

} // namespace radforge
