#pragma once

#include "dicom_file.hpp"

namespace radforge {

/// What the header says about the pixels of a DICOM image (PS3.3 C.7.6.3). Checked: 8 or 16 allocated bits that hold the others,
/// 1 or 3 samples a pixel that fit the photometric interpretation.
struct DicomFrame {
  int rows = 0;
  int columns = 0;
  int samples = 1;
  int bits_allocated = 8;
  int bits_stored = 8;
  int high_bit = 7;
  bool is_signed = false;
  std::string photometric_interpretation;

  bool is_grey() const { return photometric_interpretation.starts_with("MONOCHROME"); }
  std::size_t num_values() const {
    return static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns) * static_cast<std::size_t>(samples);
  }
};

/// Errors: DataError (no image, several frames, what radforge does not read).
DicomFrame frame_of(DcmItem& elements, const std::string& name);

/// Replaces compressed pixels by uncompressed ones that fit the frame, which it changes to what the pixels turn out to be. The
/// sizes in the compressed stream's own header are checked against `frame` before memory is taken for it. Errors: DataError.
DicomFrame decompress_pixels(DicomFile& file, const DicomFrame& frame, const std::string& name);

} // namespace radforge
