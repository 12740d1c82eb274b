#include "radforge/core/error.hpp"

#include "dicom_frame.hpp"
#include "dicom_grey.hpp"
#include "dicom_messages.hpp"
#include "image_codec.hpp"

#include <dcmtk/dcmdata/dcelem.h>
#include <dcmtk/dcmimgle/dcmimage.h>
// Colour is registered by including this header.
#include <dcmtk/dcmimage/diregist.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace radforge {
namespace {

/// 8-bit YCbCr to RGB (PS3.3 C.7.6.3.1.2). DCMTK's own conversion is off by up to two levels.
void convert_to_rgb(std::vector<std::uint8_t>& pixels) {
  const auto level = [](double value) { return static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0, 255.0))); };
  for (std::size_t i = 0; i + 2 < pixels.size(); i += 3) {
    const double luma = pixels[i];
    const double blue = pixels[i + 1] - 128.0;
    const double red = pixels[i + 2] - 128.0;
    pixels[i] = level(luma + 1.402 * red);
    pixels[i + 1] = level(luma - (0.114 * 1.772 * blue + 0.299 * 1.402 * red) / 0.587);
    pixels[i + 2] = level(luma + 1.772 * blue);
  }
}

void require_pixels(DcmItem& elements, const DicomFrame& frame, const std::string& name) {
  // DCMTK would show the missing ones black. Of YBR_FULL_422, two pixels share two of their samples.
  const bool is_halved = frame.photometric_interpretation.ends_with("_422");
  const std::size_t num_values = is_halved ? frame.num_values() / 3 * 2 : frame.num_values();
  DcmElement* pixels = nullptr;
  if (elements.findAndGetElement(DCM_PixelData, pixels).bad() ||
      pixels->getLength() < num_values * static_cast<std::size_t>(frame.bits_allocated / 8)) {
    throw_damaged_dicom(name, "it has fewer pixels than its header says");
  }
}

/// RGB, YCbCr and palettes, by DCMTK.
Image render_colour(DcmDataset& elements, const DicomFrame& frame, const std::string& name) {
  require_pixels(elements, frame, name);
  const DicomMessages messages;
  const bool is_ybr = frame.photometric_interpretation.starts_with("YBR_");
  DicomImage picture(&elements, EXS_LittleEndianExplicit, is_ybr ? CIF_KeepYCbCrColorModel : 0);
  Image image = make_image(frame.rows, frame.columns, 3);
  if (picture.getStatus() != EIS_Normal || picture.isMonochrome() != 0 ||
      picture.getOutputData(image.pixels.data(), image.pixels.size(), 8, 0, 0) == 0) {
    throw_damaged_dicom(name, messages.last().empty() ? DicomImage::getString(picture.getStatus()) : messages.last());
  }
  if (is_ybr) {
    convert_to_rgb(image.pixels);
  }
  return image;
}

} // namespace

Image decode_dicom(std::span<const std::byte> bytes, const std::string& name, const ImageLimits& limits) {
  DicomFile file = parse_dicom(bytes, name, DicomPart::whole, limits.max_file_bytes);
  DicomFrame frame = frame_of(*file.elements, name);
  check_image_size(frame.columns, frame.rows, name, limits);
  frame = decompress_pixels(file, frame, name);
  return frame.is_grey() ? render_grey(*file.elements, frame, name) : render_colour(*file.elements, frame, name);
}

} // namespace radforge
