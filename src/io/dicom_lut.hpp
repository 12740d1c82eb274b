#pragma once

#include "dicom_frame.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace radforge {

/// A lookup table of a DICOM sequence (PS3.3 C.11.1.1): a value before the first mapped one gives the first entry, a value behind
/// the last mapped one the last entry.
class DicomLut {
 public:
  /// The first table of a sequence, if it has one. Signed values are mapped from a signed first value, whatever the element says:
  /// implicit files do not say. Errors: DataError (a broken one).
  static std::optional<DicomLut> find(DcmItem& elements, const DcmTagKey& sequence, const DicomFrame& frame,
                                      const std::string& name);

  double entry(double value) const;
  /// The largest value that an entry can have: white, if the table is the last step.
  double white() const { return static_cast<double>((std::int64_t{1} << bits_) - 1); }

 private:
  std::vector<std::uint16_t> entries_;
  std::int64_t first_mapped_ = 0;
  int bits_ = 16;
};

} // namespace radforge
