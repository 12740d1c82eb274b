#pragma once

#include <filesystem>
#include <string>

namespace radforge {

/// What a DICOM file says about its patient and picture: as stored, without the padding around it, "" or 0 where it says nothing.
struct DicomTags {
  std::string patient_id;                 ///< (0010,0020)
  std::string sex;                        ///< (0010,0040): M, F, O
  std::string age;                        ///< (0010,1010): three digits and D, W, M or Y, such as "054Y"
  std::string view_position;              ///< (0018,5101): AP, PA, LL ...
  std::string photometric_interpretation; ///< (0028,0004): MONOCHROME1, MONOCHROME2, RGB ...
  std::string transfer_syntax;            ///< UID
  int rows = 0;
  int columns = 0;
};

/// Reads a DICOM file's elements up to its pixels, which may be in any transfer syntax. Errors: DataError (no DICOM, damaged or
/// truncated, an unknown transfer syntax by its UID), IoError.
DicomTags read_dicom_tags(const std::filesystem::path& path);

} // namespace radforge
