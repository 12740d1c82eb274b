#include "zlib_codec.hpp"

#include "radforge/core/error.hpp"

#include <libdeflate.h>

namespace radforge {

void ZlibCompressor::Free::operator()(libdeflate_compressor* compressor) const { libdeflate_free_compressor(compressor); }

ZlibCompressor::ZlibCompressor(int level) : compressor_(libdeflate_alloc_compressor(level)) {
  require(compressor_ != nullptr, "the compression level is 0 to 12");
}

ZlibCompressor::~ZlibCompressor() = default;

std::vector<std::byte> ZlibCompressor::compress(std::span<const std::byte> bytes) {
  std::vector<std::byte> out(libdeflate_zlib_compress_bound(compressor_.get(), bytes.size()));
  const std::size_t size = libdeflate_zlib_compress(compressor_.get(), bytes.data(), bytes.size(), out.data(), out.size());
  require(size > 0, "compressed data fits its bound");
  out.resize(size);
  return out;
}

bool zlib_decompress(std::span<const std::byte> data, std::span<std::byte> out) {
  const std::unique_ptr<libdeflate_decompressor, decltype(&libdeflate_free_decompressor)> decompressor(
      libdeflate_alloc_decompressor(), libdeflate_free_decompressor);
  return decompressor != nullptr && libdeflate_zlib_decompress(decompressor.get(), data.data(), data.size(), out.data(),
                                                               out.size(), nullptr) == LIBDEFLATE_SUCCESS;
}

} // namespace radforge
