#include "zlib_codec.hpp"

#include "radforge/core/error.hpp"

#include <libdeflate.h>

namespace radforge {

void ZlibCompressor::Free::operator()(libdeflate_compressor* compressor) const { libdeflate_free_compressor(compressor); }

ZlibCompressor::ZlibCompressor(int level) : compressor_(libdeflate_alloc_compressor(level)) {
  require(compressor_ != nullptr, "the compression level is 0 to 12");
}

std::vector<std::byte> ZlibCompressor::compress(std::span<const std::byte> bytes) {
  if (const std::size_t bound = libdeflate_zlib_compress_bound(compressor_.get(), bytes.size()); bound > scratch_.size()) {
    scratch_.resize(bound);
  }
  const std::size_t size =
      libdeflate_zlib_compress(compressor_.get(), bytes.data(), bytes.size(), scratch_.data(), scratch_.size());
  require(size > 0, "compressed data fits its bound");
  return {scratch_.begin(), scratch_.begin() + static_cast<std::ptrdiff_t>(size)};
}

bool zlib_decompress(std::span<const std::byte> data, std::span<std::byte> out) {
  const std::unique_ptr<libdeflate_decompressor, decltype(&libdeflate_free_decompressor)> decompressor(
      libdeflate_alloc_decompressor(), libdeflate_free_decompressor);
  return decompressor != nullptr && libdeflate_zlib_decompress(decompressor.get(), data.data(), data.size(), out.data(),
                                                               out.size(), nullptr) == LIBDEFLATE_SUCCESS;
}

} // namespace radforge
