#include "png_plain.hpp"

#include "image_codec.hpp"
#include "png_filter.hpp"
#include "zlib_codec.hpp"

#include <libdeflate.h>

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

namespace radforge {
namespace {

std::uint32_t big_endian(std::span<const std::byte> bytes) {
  return std::to_integer<std::uint32_t>(bytes[0]) << 24 | std::to_integer<std::uint32_t>(bytes[1]) << 16 |
         std::to_integer<std::uint32_t>(bytes[2]) << 8 | std::to_integer<std::uint32_t>(bytes[3]);
}

struct Chunk {
  std::string_view type;
  std::span<const std::byte> data;
};

/// Takes the next chunk off the front, if it is whole and its checksum is right.
std::optional<Chunk> next_chunk(std::span<const std::byte>& bytes) {
  constexpr std::size_t around = 12; // length, type and checksum
  if (bytes.size() < around || big_endian(bytes) > bytes.size() - around) {
    return std::nullopt;
  }
  const std::size_t size = big_endian(bytes);
  const std::span<const std::byte> type_and_data = bytes.subspan(4, 4 + size);
  if (libdeflate_crc32(0, type_and_data.data(), type_and_data.size()) != big_endian(bytes.subspan(8 + size))) {
    return std::nullopt;
  }
  bytes = bytes.subspan(around + size);
  return Chunk{{reinterpret_cast<const char*>(type_and_data.data()), 4}, type_and_data.subspan(4)};
}

struct Header {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::size_t depth = 8;   ///< bits of a sample
  std::size_t samples = 1; ///< of a pixel, alpha included
};

/// Nothing if it is no plain one.
std::optional<Header> read_header(const Chunk& chunk) {
  if (chunk.type != "IHDR" || chunk.data.size() != 13) {
    return std::nullopt;
  }
  const auto byte = [&](std::size_t i) { return std::to_integer<int>(chunk.data[i]); };
  Header header{.width = big_endian(chunk.data), .height = big_endian(chunk.data.subspan(4)), .depth = 8, .samples = 1};
  const bool is_plain = (byte(8) == 8 || byte(8) == 16) && byte(10) == 0 && byte(11) == 0 && byte(12) == 0;
  header.depth = static_cast<std::size_t>(byte(8));
  switch (byte(9)) {
  case 0:
    header.samples = 1;
    break;
  case 2:
    header.samples = 3;
    break;
  case 4:
    header.samples = 2;
    break;
  case 6:
    header.samples = 4;
    break;
  default:
    return std::nullopt;
  }
  return is_plain && header.width <= 0x7FFFFFFF && header.height <= 0x7FFFFFFF ? std::optional(header) : std::nullopt;
}

/// The compressed pixels, if all chunks up to the end are as they must be. Ancillary ones (small letter) do not matter to pixels.
std::optional<std::vector<std::byte>> read_data(std::span<const std::byte> bytes) {
  std::vector<std::byte> data;
  bool has_ended = false; // no other chunk may lie between those of the pixels
  while (const auto chunk = next_chunk(bytes)) {
    if (chunk->type == "IDAT" && !has_ended) {
      data.insert(data.end(), chunk->data.begin(), chunk->data.end());
      continue;
    }
    if (chunk->type == "IEND") {
      return data;
    }
    if (chunk->type[0] < 'a' || chunk->type[0] > 'z') {
      return std::nullopt;
    }
    has_ended = !data.empty();
  }
  return std::nullopt;
}

/// Copies a row's pixels without alpha, from its bytes to the same place or one before: what is read is never written before.
void move_row(const std::uint8_t* row, const Header& header, std::size_t channels, std::uint8_t* to) {
  const std::size_t num_samples = header.width * header.samples;
  if (header.depth == 8 && header.samples == channels) {
    std::memmove(to, row, num_samples);
    return;
  }
  for (std::size_t pixel = 0; pixel < num_samples; pixel += header.samples) {
    for (std::size_t sample = pixel; sample < pixel + channels; ++sample) {
      // 16 bits as libpng scales them, which is v / 257 rounded.
      *to++ = header.depth == 8 ? row[sample]
                                : static_cast<std::uint8_t>((256U * row[2 * sample] + row[2 * sample + 1] + 128U) / 257U);
    }
  }
}

} // namespace

std::optional<Image> decode_plain_png(std::span<const std::byte> bytes, const std::string& name, const ImageLimits& limits) {
  constexpr std::size_t signature_size = 8;
  bytes = bytes.subspan(std::min(signature_size, bytes.size()));
  const auto first_chunk = next_chunk(bytes);
  const auto header = first_chunk ? read_header(*first_chunk) : std::nullopt;
  const auto data = header ? read_data(bytes) : std::nullopt;
  if (!data) {
    return std::nullopt;
  }
  check_image_size(header->width, header->height, name, limits);
  const std::size_t pixel_bytes = header->samples * header->depth / 8;
  const std::size_t row_bytes = header->width * pixel_bytes;
  std::vector<std::uint8_t> rows(header->height * (row_bytes + 1));
  if (!zlib_decompress(*data, std::as_writable_bytes(std::span(rows))) || !undo_png_filters(rows, row_bytes, pixel_bytes)) {
    return std::nullopt;
  }
  Image image{.height = static_cast<int>(header->height),
              .width = static_cast<int>(header->width),
              .channels = header->samples >= 3 ? 3 : 1,
              .pixels = std::move(rows)};
  const auto channels = static_cast<std::size_t>(image.channels);
  for (std::size_t row = 0; row < header->height; ++row) {
    move_row(image.pixels.data() + row * (row_bytes + 1) + 1, *header, channels,
             image.pixels.data() + row * header->width * channels);
  }
  image.pixels.resize(header->height * header->width * channels);
  return image;
}

} // namespace radforge
