#include "jpeg2000.hpp"

#include "radforge/core/error.hpp"

#include <openjpeg.h>

#include <algorithm>
#include <cstring>
#include <memory>

namespace radforge {
namespace {

struct Source {
  std::span<const std::byte> data;
  std::size_t at = 0;
};

OPJ_SIZE_T read_bytes(void* out, OPJ_SIZE_T count, void* user) {
  auto* source = static_cast<Source*>(user);
  const std::size_t available = std::min<std::size_t>(count, source->data.size() - source->at);
  if (available == 0) {
    return static_cast<OPJ_SIZE_T>(-1);
  }
  std::memcpy(out, source->data.data() + source->at, available);
  source->at += available;
  return available;
}

OPJ_OFF_T skip_bytes(OPJ_OFF_T count, void* user) {
  auto* source = static_cast<Source*>(user);
  if (count < 0 || static_cast<std::size_t>(count) > source->data.size() - source->at) {
    return -1;
  }
  source->at += static_cast<std::size_t>(count);
  return count;
}

OPJ_BOOL seek_byte(OPJ_OFF_T at, void* user) {
  auto* source = static_cast<Source*>(user);
  if (at < 0 || static_cast<std::size_t>(at) > source->data.size()) {
    return OPJ_FALSE;
  }
  source->at = static_cast<std::size_t>(at);
  return OPJ_TRUE;
}

/// Keeps the first message: those that follow tell what it led to.
void keep_message(const char* message, void* user) {
  auto* kept = static_cast<std::string*>(user);
  if (kept->empty()) {
    *kept = message;
    kept->erase(kept->find_last_not_of("\n ") + 1);
  }
}

void ignore_message(const char*, void*) {}

class Decoder {
 public:
  Decoder(std::span<const std::byte> data, const std::string& name) : source_{data}, name_(name) {
    constexpr unsigned char jp2_signature[] = {0, 0, 0, 12, 'j', 'P', ' ', ' '};
    const bool is_jp2 = data.size() >= sizeof jp2_signature && std::memcmp(data.data(), jp2_signature, sizeof jp2_signature) == 0;
    codec_.reset(opj_create_decompress(is_jp2 ? OPJ_CODEC_JP2 : OPJ_CODEC_J2K));
    stream_.reset(opj_stream_default_create(OPJ_TRUE));
    require(codec_ != nullptr && stream_ != nullptr, "OpenJPEG gives a decoder");
    opj_stream_set_user_data(stream_.get(), &source_, nullptr);
    opj_stream_set_user_data_length(stream_.get(), data.size());
    opj_stream_set_read_function(stream_.get(), read_bytes);
    opj_stream_set_skip_function(stream_.get(), skip_bytes);
    opj_stream_set_seek_function(stream_.get(), seek_byte);
    opj_set_error_handler(codec_.get(), keep_message, &message_);
    // A warning is of made-up pixels (a tile cut off, say) or of what does not matter; only pixels are read here.
    opj_set_warning_handler(codec_.get(), keep_message, &message_);
    opj_set_info_handler(codec_.get(), ignore_message, nullptr);
    opj_dparameters_t parameters{};
    opj_set_default_decoder_parameters(&parameters);
    require_done(opj_setup_decoder(codec_.get(), &parameters));
    require_done(opj_decoder_set_strict_mode(codec_.get(), OPJ_TRUE));
  }

  const opj_image_t& read_header() {
    opj_image_t* image = nullptr;
    const OPJ_BOOL status = opj_read_header(stream_.get(), codec_.get(), &image);
    image_.reset(image);
    require_done(status);
    return *image_;
  }

  const opj_image_t& read_pixels() {
    require_done(opj_decode(codec_.get(), stream_.get(), image_.get()));
    require_done(opj_end_decompress(codec_.get(), stream_.get()));
    require_done(message_.empty() ? OPJ_TRUE : OPJ_FALSE);
    return *image_;
  }

 private:
  void require_done(OPJ_BOOL status) const {
    if (status != OPJ_TRUE) {
      throw DataError("{}: damaged or truncated JPEG 2000 ({}); copy it again or remove it from the table", name_,
                      message_.empty() ? "the decoder does not say why" : message_);
    }
  }

  Source source_;
  const std::string& name_;
  std::string message_;
  std::unique_ptr<opj_codec_t, void (*)(opj_codec_t*)> codec_{nullptr, opj_destroy_codec};
  std::unique_ptr<opj_stream_t, void (*)(opj_stream_t*)> stream_{nullptr, opj_stream_destroy};
  std::unique_ptr<opj_image_t, void (*)(opj_image_t*)> image_{nullptr, opj_image_destroy};
};

void check(const opj_image_t& image, const Jpeg2000Size& expected, const std::string& name) {
  const auto width = static_cast<std::int64_t>(image.x1) - image.x0;
  const auto height = static_cast<std::int64_t>(image.y1) - image.y0;
  if (width != expected.width || height != expected.height || image.numcomps != static_cast<OPJ_UINT32>(expected.components)) {
    throw DataError("{}: JPEG 2000 of {} x {} pixels with {} components in a DICOM of {} x {} with {} (one of its headers lies); "
                    "remove it from the table",
                    name, width, height, image.numcomps, expected.width, expected.height, expected.components);
  }
  for (OPJ_UINT32 i = 0; i < image.numcomps; ++i) {
    const opj_image_comp_t& component = image.comps[i];
    if (component.dx != 1 || component.dy != 1 || component.prec < 1 || component.prec > 16 ||
        component.prec != image.comps[0].prec || component.sgnd != image.comps[0].sgnd) {
      throw DataError(
          "{}: JPEG 2000 with subsampled components, of more than 16 bits or of different depths (these are not read); "
          "convert it, or remove it from the table",
          name);
    }
  }
}

} // namespace

Jpeg2000Values decode_jpeg2000(std::span<const std::byte> data, const Jpeg2000Size& expected, const std::string& name) {
  Decoder decoder(data, name);
  check(decoder.read_header(), expected, name);
  const opj_image_t& image = decoder.read_pixels();
  const std::size_t num_pixels = static_cast<std::size_t>(expected.width) * static_cast<std::size_t>(expected.height);
  const std::size_t step = image.numcomps;
  Jpeg2000Values values{.bits = static_cast<int>(image.comps[0].prec), .is_signed = image.comps[0].sgnd != 0, .words = {}};
  values.words.resize(num_pixels * step);
  for (std::size_t c = 0; c < step; ++c) {
    const opj_image_comp_t& component = image.comps[c];
    require(component.data != nullptr && component.w * static_cast<std::size_t>(component.h) == num_pixels,
            "a decoded component is as large as the image");
    for (std::size_t i = 0; i < num_pixels; ++i) {
      values.words[i * step + c] = static_cast<std::uint16_t>(component.data[i]);
    }
  }
  return values;
}

} // namespace radforge
