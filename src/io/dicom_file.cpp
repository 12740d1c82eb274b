#include "dicom_file.hpp"

#include "radforge/core/error.hpp"

#include "dicom_messages.hpp"
#include "image_codec.hpp"

#include <dcmtk/dcmdata/dcistrmb.h>
#include <dcmtk/dcmdata/dcmetinf.h>
#include <dcmtk/dcmdata/dcuid.h>
#include <dcmtk/dcmdata/dcxfer.h>

#include <libdeflate.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <string_view>
#include <vector>

namespace radforge {
namespace {

/// Deflated data sets are unpacked here and not by DCMTK, which would fill memory with whatever they unpack to.
std::vector<std::byte> inflate(std::span<const std::byte> data, const std::string& name, std::int64_t max_bytes) {
  const std::unique_ptr<libdeflate_decompressor, decltype(&libdeflate_free_decompressor)> inflater(
      libdeflate_alloc_decompressor(), libdeflate_free_decompressor);
  const auto limit = static_cast<std::size_t>(max_bytes);
  std::vector<std::byte> out;
  for (std::size_t capacity = 8 * data.size() + 4096;; capacity *= 2) {
    capacity = std::min(capacity, limit);
    out.resize(capacity);
    std::size_t size = 0;
    switch (libdeflate_deflate_decompress(inflater.get(), data.data(), data.size(), out.data(), capacity, &size)) {
    case LIBDEFLATE_SUCCESS:
      out.resize(size);
      return out;
    case LIBDEFLATE_INSUFFICIENT_SPACE:
      if (capacity < limit) {
        break;
      }
      throw DataError("{}: deflated DICOM that unpacks to more than the limit of {} bytes (no radiograph?); remove it from the "
                      "table or make it smaller",
                      name, max_bytes);
    default:
      throw_damaged_dicom(name, "its deflated part is broken");
    }
  }
}

void give_bytes(DcmInputBufferStream& stream, std::span<const std::byte> bytes) {
  stream.setBuffer(bytes.data(), static_cast<offile_off_t>(bytes.size()));
  stream.setEos();
}

void require_good(const OFCondition& status, const DicomMessages& messages, const std::string& name) {
  if (status.bad()) {
    throw_damaged_dicom(name, messages.last().empty() ? status.text() : messages.last());
  }
}

} // namespace

bool is_dicom(std::span<const std::byte> bytes) {
  constexpr std::size_t preamble = 128;
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (text.size() >= preamble + 4 && text.substr(preamble, 4) == "DICM") {
    return true;
  }
  if (text.size() < 8) {
    return false;
  }
  if (text.substr(0, 6) == std::string_view("\x02\0\0\0UL", 6)) {
    return true; // file meta information
  }
  // The group 0008 begins with its length, a character set, the image type or a UID: an even length of a few bytes, or a VR.
  const bool begins_group_8 =
      text.substr(0, 2) == std::string_view("\x08\0", 2) && text[3] == '\0' && static_cast<unsigned char>(text[2]) < 0x20;
  const bool has_vr =
      std::isupper(static_cast<unsigned char>(text[4])) != 0 && std::isupper(static_cast<unsigned char>(text[5])) != 0;
  const bool has_length = static_cast<unsigned char>(text[4]) % 2 == 0 && text.substr(5, 3) == std::string_view("\0\0\0", 3);
  return begins_group_8 && (has_vr || has_length);
}

DicomFile parse_dicom(std::span<const std::byte> bytes, const std::string& name, DicomPart part, std::int64_t max_bytes) {
  DicomMessages messages;
  DcmInputBufferStream stream;
  give_bytes(stream, bytes);
  DcmMetaInfo meta;
  meta.transferInit();
  require_good(meta.read(stream), messages, name);
  meta.transferEnd();

  DicomFile file{std::make_unique<DcmDataset>(), text_of(meta, DCM_TransferSyntaxUID)};
  DcmXfer syntax(EXS_Unknown); // which DCMTK tells from the first element
  if (!file.transfer_syntax.empty()) {
    syntax = DcmXfer(file.transfer_syntax.c_str());
    if (syntax.getXfer() == EXS_Unknown) {
      throw_unsupported(name, file.transfer_syntax);
    }
  }
  std::vector<std::byte> inflated;
  DcmInputBufferStream inflated_stream;
  const bool is_deflated = syntax.getXfer() == EXS_DeflatedLittleEndianExplicit;
  if (is_deflated) {
    inflated = inflate(bytes.subspan(static_cast<std::size_t>(stream.tell())), name, max_bytes);
    give_bytes(inflated_stream, inflated);
    syntax = DcmXfer(EXS_LittleEndianExplicit);
  }
  const DcmTagKey stop = part == DicomPart::header ? DCM_PixelData : DCM_UndefinedTagKey;
  file.elements->transferInit();
  require_good(file.elements->readUntilTag(is_deflated ? inflated_stream : stream, syntax.getXfer(), EGL_noChange,
                                           DCM_MaxReadLength, stop),
               messages, name);
  file.elements->transferEnd();
  if (file.transfer_syntax.empty()) {
    file.transfer_syntax = DcmXfer(file.elements->getOriginalXfer()).getXferID();
  }
  return file;
}

std::string text_of(DcmItem& elements, const DcmTagKey& tag) {
  OFString value;
  if (elements.findAndGetOFString(tag, value).bad()) {
    return {};
  }
  const std::string_view text(value.c_str(), value.size());
  const std::string_view padding(" \0", 2);
  const std::size_t first = text.find_first_not_of(padding);
  return first == std::string_view::npos ? "" : std::string(text.substr(first, text.find_last_not_of(padding) - first + 1));
}

void throw_unsupported(const std::string& name, const std::string& transfer_syntax) {
  throw DataError("{}: DICOM in the transfer syntax {} (no decoder for it is built in); convert it to JPEG 2000 or uncompressed, "
                  "or remove it from the table",
                  name, transfer_syntax);
}

void throw_damaged_dicom(const std::string& name, const std::string& reason) {
  throw DataError("{}: damaged or truncated DICOM ({}); copy it again or remove it from the table", name, reason);
}

} // namespace radforge
