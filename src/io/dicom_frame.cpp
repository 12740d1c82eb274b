#include "dicom_frame.hpp"

#include "radforge/core/error.hpp"

namespace radforge {
namespace {

int number_of(DcmItem& elements, const DcmTagKey& tag, const char* tag_name, const std::string& name) {
  Uint16 value = 0;
  if (elements.findAndGetUint16(tag, value).bad()) {
    throw DataError("{}: DICOM without an image (its header lacks {}); remove it from the table", name, tag_name);
  }
  return value;
}

bool fits(const std::string& photometric_interpretation, int samples) {
  const bool has_one = photometric_interpretation == "MONOCHROME1" || photometric_interpretation == "MONOCHROME2" ||
                       photometric_interpretation == "PALETTE COLOR";
  const bool has_three = photometric_interpretation == "RGB" || photometric_interpretation == "YBR_FULL" ||
                         photometric_interpretation == "YBR_FULL_422" || photometric_interpretation == "YBR_RCT" ||
                         photometric_interpretation == "YBR_ICT";
  return samples == 1 ? has_one : samples == 3 && has_three;
}

void require_one_frame(DcmItem& elements, const std::string& name) {
  Sint32 num_frames = 1;
  if (elements.findAndGetSint32(DCM_NumberOfFrames, num_frames).good() && num_frames > 1) {
    throw DataError("{}: DICOM of {} frames (a film, not a radiograph); remove it from the table", name, num_frames);
  }
}

} // namespace

DicomFrame frame_of(DcmItem& elements, const std::string& name) {
  DicomFrame frame;
  frame.rows = number_of(elements, DCM_Rows, "Rows", name);
  frame.columns = number_of(elements, DCM_Columns, "Columns", name);
  frame.samples = number_of(elements, DCM_SamplesPerPixel, "Samples per Pixel", name);
  frame.bits_allocated = number_of(elements, DCM_BitsAllocated, "Bits Allocated", name);
  frame.bits_stored = number_of(elements, DCM_BitsStored, "Bits Stored", name);
  Uint16 value = 0;
  frame.high_bit = elements.findAndGetUint16(DCM_HighBit, value).good() ? value : frame.bits_stored - 1;
  frame.is_signed = elements.findAndGetUint16(DCM_PixelRepresentation, value).good() && value == 1;
  frame.photometric_interpretation = text_of(elements, DCM_PhotometricInterpretation);
  require_one_frame(elements, name);
  if (!fits(frame.photometric_interpretation, frame.samples)) {
    throw DataError(
        "{}: DICOM in the colour space '{}' with {} samples a pixel (no grey or RGB is defined for it); convert it, or "
        "remove it from the table",
        name, frame.photometric_interpretation, frame.samples);
  }
  const bool has_known_depth = frame.bits_allocated == 8 || frame.bits_allocated == 16;
  if (!has_known_depth || frame.bits_stored < 1 || frame.high_bit < frame.bits_stored - 1 ||
      frame.high_bit >= frame.bits_allocated) {
    throw DataError(
        "{}: DICOM of {} bits allocated, {} stored, the highest {} (8 or 16 that hold the others are read); convert it, "
        "or remove it from the table",
        name, frame.bits_allocated, frame.bits_stored, frame.high_bit);
  }
  return frame;
}

} // namespace radforge
