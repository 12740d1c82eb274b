#include "image_codec.hpp"

#include "radforge/core/error.hpp"

#include <csetjmp>
#include <cstdio>
#include <memory>

// jpeglib.h needs FILE and size_t declared before it.
#include <jpeglib.h>

namespace radforge {
namespace {

/// libjpeg reports an error by a function that must not return. Exceptions must not cross its C frames, so they are left by
/// longjmp; between setjmp and longjmp nothing with a destructor is made.
struct Decoder {
  jpeg_decompress_struct codec;
  jpeg_error_mgr errors;
  std::jmp_buf escape;
  char message[JMSG_LENGTH_MAX];
};

[[noreturn]] void leave(j_common_ptr codec) {
  auto* decoder = static_cast<Decoder*>(codec->client_data);
  codec->err->format_message(codec, decoder->message);
  std::longjmp(decoder->escape, 1);
}

/// A warning means that pixels were made up (truncated or damaged data): worse than no image. Traces (level >= 0) are no matter.
void on_message(j_common_ptr codec, int level) {
  if (level < 0) {
    leave(codec);
  }
}

/// Only those who call a decoder's function inside this guard are safe from its errors. False: `message` says why.
bool read_header(Decoder& decoder, const unsigned char* data, unsigned long size) {
  if (setjmp(decoder.escape) != 0) {
    return false;
  }
  jpeg_create_decompress(&decoder.codec);
  jpeg_mem_src(&decoder.codec, data, size);
  jpeg_read_header(&decoder.codec, TRUE);
  return true;
}

bool read_pixels(Decoder& decoder, std::uint8_t* pixels, std::size_t row_bytes) {
  if (setjmp(decoder.escape) != 0) {
    return false;
  }
  jpeg_start_decompress(&decoder.codec);
  while (decoder.codec.output_scanline < decoder.codec.output_height) {
    JSAMPROW row = pixels + decoder.codec.output_scanline * row_bytes;
    jpeg_read_scanlines(&decoder.codec, &row, 1);
  }
  jpeg_finish_decompress(&decoder.codec);
  return true;
}

struct DestroyDecoder {
  void operator()(Decoder* decoder) const {
    jpeg_destroy_decompress(&decoder->codec);
    delete decoder;
  }
};

[[noreturn]] void throw_damaged(const std::string& name, const Decoder& decoder) {
  throw DataError("{}: damaged or truncated JPEG ({}); copy it again or remove it from the table", name, decoder.message);
}

} // namespace

Image decode_jpeg(std::span<const std::byte> bytes, const std::string& name, const ImageLimits& limits) {
  const std::unique_ptr<Decoder, DestroyDecoder> decoder(new Decoder{});
  decoder->codec.err = jpeg_std_error(&decoder->errors);
  decoder->codec.client_data = decoder.get();
  decoder->errors.error_exit = leave;
  decoder->errors.emit_message = on_message;

  if (!read_header(*decoder, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size())) {
    throw_damaged(name, *decoder);
  }
  jpeg_decompress_struct& codec = decoder->codec;
  check_image_size(codec.image_width, codec.image_height, name, limits);
  switch (codec.jpeg_color_space) {
  case JCS_GRAYSCALE:
    codec.out_color_space = JCS_GRAYSCALE;
    break;
  case JCS_YCbCr:
  case JCS_RGB:
    codec.out_color_space = JCS_RGB;
    break;
  default:
    throw DataError("{}: JPEG in CMYK or another colour space without a defined grey; convert it to grey or RGB", name);
  }
  Image image = make_image(static_cast<int>(codec.image_height), static_cast<int>(codec.image_width),
                           codec.out_color_space == JCS_GRAYSCALE ? 1 : 3);
  if (!read_pixels(*decoder, image.pixels.data(),
                   static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.channels))) {
    throw_damaged(name, *decoder);
  }
  return image;
}

} // namespace radforge
