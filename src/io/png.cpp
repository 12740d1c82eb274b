#include "image_codec.hpp"

#include "radforge/core/error.hpp"

#include "png_plain.hpp"

#include <png.h>

#include <csetjmp>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace radforge {
namespace {

/// What libpng's callbacks see. As with libjpeg: errors leave by longjmp, and nothing with a destructor lives in between.
struct Source {
  std::span<const std::byte> bytes;
  char message[200];
};

[[noreturn]] void on_error(png_structp png, png_const_charp message) {
  auto* source = static_cast<Source*>(png_get_error_ptr(png));
  std::strncpy(source->message, message, sizeof source->message - 1);
  png_longjmp(png, 1);
}

/// Warnings are about ancillary chunks, which do not matter to grey values.
void on_warning(png_structp, png_const_charp) {}

void read_bytes(png_structp png, png_bytep out, std::size_t count) {
  auto* source = static_cast<Source*>(png_get_io_ptr(png));
  if (count > source->bytes.size()) {
    png_error(png, "the file ends too early");
  }
  std::memcpy(out, source->bytes.data(), count);
  source->bytes = source->bytes.subspan(count);
}

class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : source_{bytes, {}} {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, &source_, on_error, on_warning);
    info_ = png_ != nullptr ? png_create_info_struct(png_) : nullptr;
    require(info_ != nullptr, "libpng gives a reader");
    png_set_read_fn(png_, &source_, read_bytes);
  }
  ~Reader() { png_destroy_read_struct(&png_, &info_, nullptr); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  /// Reads the header and asks for 8-bit grey or RGB. False: `message` says why.
  bool read_header() {
    if (setjmp(png_jmpbuf(png_)) != 0) {
      return false;
    }
    // Our own limit of pixels comes after this; libpng's default of a million a side would shadow its message.
    png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_chunk_cache_max(png_, 16); // a file of text chunks may unpack to gigabytes before its size is known
    png_read_info(png_, info_);
    png_set_scale_16(png_); // rounds v / 257
    png_set_palette_to_rgb(png_);
    if (png_get_color_type(png_, info_) == PNG_COLOR_TYPE_GRAY && png_get_bit_depth(png_, info_) < 8) {
      png_set_expand_gray_1_2_4_to_8(png_);
    }
    png_set_strip_alpha(png_);
    return true;
  }

  bool read_pixels(png_bytepp rows, std::size_t row_bytes) {
    if (setjmp(png_jmpbuf(png_)) != 0) {
      return false;
    }
    png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    if (png_get_rowbytes(png_, info_) != row_bytes) {
      png_error(png_, "rows of an unexpected size");
    }
    png_read_image(png_, rows);
    png_read_end(png_, nullptr);
    return true;
  }

  std::int64_t width() const { return png_get_image_width(png_, info_); }
  std::int64_t height() const { return png_get_image_height(png_, info_); }
  int channels() const { return (png_get_color_type(png_, info_) & PNG_COLOR_MASK_COLOR) != 0 ? 3 : 1; }
  const char* message() const { return source_.message; }

 private:
  Source source_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
};

[[noreturn]] void throw_damaged(const std::string& name, const Reader& reader) {
  throw DataError("{}: damaged or truncated PNG ({}); copy it again or remove it from the table", name, reader.message());
}

} // namespace

Image decode_png(std::span<const std::byte> bytes, const std::string& name, const ImageLimits& limits) {
  if (auto image = decode_plain_png(bytes, name, limits)) {
    return std::move(*image);
  }
  Reader reader(bytes);
  if (!reader.read_header()) {
    throw_damaged(name, reader);
  }
  check_image_size(reader.width(), reader.height(), name, limits);
  Image image = make_image(static_cast<int>(reader.height()), static_cast<int>(reader.width()), reader.channels());
  const std::size_t row_bytes = static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.channels);
  std::vector<png_bytep> rows;
  for (int row = 0; row < image.height; ++row) {
    rows.push_back(image.pixels.data() + static_cast<std::size_t>(row) * row_bytes);
  }
  if (!reader.read_pixels(rows.data(), row_bytes)) {
    throw_damaged(name, reader);
  }
  return image;
}

} // namespace radforge
