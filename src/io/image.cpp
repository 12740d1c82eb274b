#include "radforge/io/image.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"

#include "image_codec.hpp"

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

namespace radforge {
namespace {

bool begins_with(std::span<const std::byte> bytes, std::span<const unsigned char> signature) {
  return bytes.size() >= signature.size() && std::equal(signature.begin(), signature.end(), bytes.begin(),
                                                        [](unsigned char a, std::byte b) { return std::byte{a} == b; });
}

/// Luma of ITU-R BT.601 in 16-bit fixed point: weights 0.299, 0.587, 0.114 that add up to 65536.
Image to_grey(Image image) {
  if (image.channels == 1) {
    return image;
  }
  Image grey = make_image(image.height, image.width, 1);
  for (std::size_t i = 0; i < grey.pixels.size(); ++i) {
    const std::uint8_t* rgb = image.pixels.data() + 3 * i;
    grey.pixels[i] = static_cast<std::uint8_t>((19595U * rgb[0] + 38470U * rgb[1] + 7471U * rgb[2] + 32768U) >> 16);
  }
  return grey;
}

Image to_colour(Image image) {
  if (image.channels == 3) {
    return image;
  }
  Image colour = make_image(image.height, image.width, 3);
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    std::fill_n(colour.pixels.data() + 3 * i, 3, image.pixels[i]);
  }
  return colour;
}

Image decode(std::span<const std::byte> bytes, const std::string& name, const ImageLimits& limits) {
  constexpr std::array<unsigned char, 3> jpeg{0xFF, 0xD8, 0xFF};
  constexpr std::array<unsigned char, 8> png{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  if (bytes.empty()) {
    throw DataError("{}: the image file is empty; copy it again or remove it from the table", name);
  }
  if (begins_with(bytes, jpeg)) {
    return decode_jpeg(bytes, name, limits);
  }
  if (begins_with(bytes, png)) {
    return decode_png(bytes, name, limits);
  }
  if (is_dicom(bytes)) {
    return decode_dicom(bytes, name, limits);
  }
  throw DataError("{}: neither JPEG, PNG nor DICOM (told by its first bytes); convert it or remove it from the table", name);
}

/// Copies the part of `from` that begins at (row, column) and has the size of `to`'s part at (to_row, to_column).
void copy_rows(const Image& from, int row, int column, Image& to, int to_row, int to_column) {
  const int rows = std::min(from.height, to.height);
  const auto bytes = static_cast<std::ptrdiff_t>(std::min(from.width, to.width)) * from.channels;
  for (int i = 0; i < rows; ++i) {
    const auto source = (static_cast<std::ptrdiff_t>(row + i) * from.width + column) * from.channels;
    const auto target = (static_cast<std::ptrdiff_t>(to_row + i) * to.width + to_column) * to.channels;
    std::copy_n(from.pixels.begin() + source, bytes, to.pixels.begin() + target);
  }
}

} // namespace

void check_image_size(std::int64_t width, std::int64_t height, const std::string& name, const ImageLimits& limits) {
  if (width <= 0 || height <= 0) {
    throw DataError("{}: image of {} x {} pixels (a side is zero); remove it from the table", name, width, height);
  }
  if (width > limits.max_pixels / height) {
    throw DataError(
        "{}: image of {} x {} pixels is above the limit of {} pixels (damaged header, or no radiograph); remove it from the "
        "table or make it smaller",
        name, width, height, limits.max_pixels);
  }
}

Image make_image(int height, int width, int channels) {
  const auto size = static_cast<std::size_t>(height) * static_cast<std::size_t>(width) * static_cast<std::size_t>(channels);
  return {height, width, channels, std::vector<std::uint8_t>(size)};
}

Image read_image(const std::filesystem::path& path, const ImageOptions& options) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (!error && size > static_cast<std::uintmax_t>(options.limits.max_file_bytes)) {
    throw DataError("{}: file of {} bytes is above the limit of {} (no radiograph?); remove it from the table or make it smaller",
                    path.string(), size, options.limits.max_file_bytes);
  }
  const std::string content = read_file(path);
  return decode_image(std::as_bytes(std::span(content)), path.string(), options);
}

Image decode_image(std::span<const std::byte> bytes, const std::string& name, const ImageOptions& options) {
  require(options.channels == 1 || options.channels == 3, "an image has 1 or 3 channels");
  Image image = decode(bytes, name, options.limits);
  return options.channels == 1 ? to_grey(std::move(image)) : to_colour(std::move(image));
}

Image pad_to_square(const Image& image) {
  const int side = std::max(image.height, image.width);
  Image square = make_image(side, side, image.channels);
  copy_rows(image, 0, 0, square, (side - image.height) / 2, (side - image.width) / 2);
  return square;
}

Image crop_to_square(const Image& image) {
  const int side = std::min(image.height, image.width);
  Image square = make_image(side, side, image.channels);
  copy_rows(image, (image.height - side) / 2, (image.width - side) / 2, square, 0, 0);
  return square;
}

} // namespace radforge
