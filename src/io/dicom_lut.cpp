#include "dicom_lut.hpp"

#include <dcmtk/dcmdata/dcelem.h>

#include <algorithm>
#include <cmath>

namespace radforge {
namespace {

/// A number of the descriptor.
std::optional<std::int64_t> descriptor_number(DcmItem& table, unsigned long index) {
  DcmElement* element = nullptr;
  if (table.findAndGetElement(DCM_LUTDescriptor, element).bad()) {
    return std::nullopt;
  }
  Uint16 unsigned_number = 0;
  if (element->getUint16(unsigned_number, index).good()) {
    return unsigned_number;
  }
  Sint16 signed_number = 0;
  return element->getSint16(signed_number, index).good() ? std::optional<std::int64_t>(signed_number) : std::nullopt;
}

} // namespace

std::optional<DicomLut> DicomLut::find(DcmItem& elements, const DcmTagKey& sequence, const DicomFrame& frame,
                                       const std::string& name) {
  DcmItem* table = nullptr;
  if (elements.findAndGetSequenceItem(sequence, table, 0).bad() || table == nullptr) {
    return std::nullopt;
  }
  const auto num_entries = descriptor_number(*table, 0);
  const auto first_mapped = descriptor_number(*table, 1);
  const auto bits = descriptor_number(*table, 2);
  const Uint16* words = nullptr;
  unsigned long num_words = 0;
  if (!num_entries || !first_mapped || !bits || *bits < 1 || *bits > 16 ||
      table->findAndGetUint16Array(DCM_LUTData, words, &num_words).bad() || words == nullptr) {
    throw_damaged_dicom(name, "a lookup table in it is incomplete");
  }
  // 16 bits hold the number of entries, so 65536 is written 0, and a signed one of 32768 or more is negative.
  const auto size = static_cast<std::size_t>(*num_entries > 0 ? *num_entries : *num_entries + 65536);
  DicomLut lut;
  lut.first_mapped_ = frame.is_signed && *first_mapped >= 32768 ? *first_mapped - 65536 : *first_mapped;
  lut.bits_ = static_cast<int>(*bits);
  if (num_words >= size) {
    lut.entries_.assign(words, words + size);
  } else if (*bits <= 8 && 2 * num_words >= size) { // two entries a word
    for (std::size_t i = 0; i < size; ++i) {
      lut.entries_.push_back(static_cast<std::uint16_t>(words[i / 2] >> (8 * (i % 2)) & 0xFF));
    }
  } else {
    throw_damaged_dicom(name, "a lookup table in it is cut off");
  }
  return lut;
}

double DicomLut::entry(double value) const {
  const std::int64_t index = std::llround(value) - first_mapped_;
  return entries_[static_cast<std::size_t>(std::clamp<std::int64_t>(index, 0, static_cast<std::int64_t>(entries_.size()) - 1))];
}

} // namespace radforge
