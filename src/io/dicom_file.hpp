#pragma once

#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmdata/dcdatset.h>
#include <dcmtk/dcmdata/dcdeftag.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace radforge {

/// A DICOM file in DCMTK's form.
struct DicomFile {
  std::unique_ptr<DcmDataset> elements;
  std::string transfer_syntax; ///< UID
};

enum class DicomPart { header, whole };

/// Parses a DICOM file, the header alone (up to the pixels) or all of it. `max_bytes` bounds what a deflated one unpacks to.
/// Errors: DataError (damaged or truncated, above the limit, an unknown transfer syntax).
DicomFile parse_dicom(std::span<const std::byte> bytes, const std::string& name, DicomPart part, std::int64_t max_bytes);

/// The first value of an element as text without padding, "" if it is absent.
std::string text_of(DcmItem& elements, const DcmTagKey& tag);

[[noreturn]] void throw_unsupported(const std::string& name, const std::string& transfer_syntax);

/// Damage of any kind, by its reason.
[[noreturn]] void throw_damaged_dicom(const std::string& name, const std::string& reason);

} // namespace radforge
