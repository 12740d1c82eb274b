#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"
#include "radforge/io/image.hpp"

#include <png.h>

#include <string>

namespace radforge {

std::string encode_png(const Image& image) {
  require(image.channels == 1 || image.channels == 3, "a PNG has 1 or 3 channels");
  require(image.height > 0 && image.width > 0 &&
              image.pixels.size() == static_cast<std::size_t>(image.height) * static_cast<std::size_t>(image.width) *
                                         static_cast<std::size_t>(image.channels),
          "an image's pixels match its size");
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  png.width = static_cast<png_uint_32>(image.width);
  png.height = static_cast<png_uint_32>(image.height);
  png.format = image.channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(png);
  std::string encoded(size, '\0');
  if (png_image_write_to_memory(&png, encoded.data(), &size, 0, image.pixels.data(), 0, nullptr) == 0) {
    throw IoError("a PNG of {} x {} cannot be encoded ({}). Report it with the image's size", image.height, image.width,
                  png.message);
  }
  encoded.resize(size);
  return encoded;
}

void write_png(const std::filesystem::path& path, const Image& image) { write_file_atomically(path, encode_png(image)); }

} // namespace radforge
