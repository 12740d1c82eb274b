#include "gzip.hpp"

#include "radforge/core/error.hpp"

#include <libdeflate.h>

#include <algorithm>
#include <memory>

namespace radforge {
namespace {

constexpr std::size_t max_text_bytes = std::size_t{2} << 30;
constexpr std::size_t max_ratio = 1032; // of deflate: 258 bytes by two bits

/// A member's size modulo 2^32, if the file is one member (RFC 1952, ISIZE).
std::size_t size_hint(std::string_view bytes) {
  std::size_t hint = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    hint |= std::size_t{static_cast<unsigned char>(bytes[bytes.size() - 4 + i])} << (8 * i);
  }
  return hint;
}

} // namespace

bool is_gzip(std::string_view bytes) { return bytes.starts_with("\x1F\x8B"); }

std::string gunzip(std::string_view bytes, const std::string& name) {
  const std::unique_ptr<libdeflate_decompressor, decltype(&libdeflate_free_decompressor)> decompressor(
      libdeflate_alloc_decompressor(), libdeflate_free_decompressor);
  require(decompressor != nullptr, "memory for a decompressor");
  std::string text;
  std::size_t filled = 0;
  while (!bytes.empty()) {
    const std::size_t most = std::min(bytes.size() * max_ratio + 64, max_text_bytes - filled);
    std::size_t room =
        std::min(std::max<std::size_t>(bytes.size() < 18 ? 0 : std::min(size_hint(bytes), 16 * bytes.size()), 4096), most);
    std::size_t read = 0;
    std::size_t written = 0;
    libdeflate_result result = LIBDEFLATE_INSUFFICIENT_SPACE;
    for (; result == LIBDEFLATE_INSUFFICIENT_SPACE; room = std::min(2 * room, most)) {
      text.resize(filled + room);
      result = libdeflate_gzip_decompress_ex(decompressor.get(), bytes.data(), bytes.size(), text.data() + filled, room, &read,
                                             &written);
      if (result == LIBDEFLATE_INSUFFICIENT_SPACE && room == most) {
        break;
      }
    }
    if (result == LIBDEFLATE_INSUFFICIENT_SPACE && most == max_text_bytes - filled) {
      throw DataError("{}: gzip data of more than {} bytes of text (no table?); give the table itself", name, max_text_bytes);
    }
    if (result != LIBDEFLATE_SUCCESS) {
      throw DataError("{}: damaged gzip data (after {} bytes of text); repeat the download", name, filled);
    }
    filled += written;
    bytes.remove_prefix(read);
  }
  text.resize(filled);
  return text;
}

} // namespace radforge
