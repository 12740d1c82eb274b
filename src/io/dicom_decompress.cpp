#include "radforge/core/error.hpp"

#include "dicom_frame.hpp"
#include "dicom_messages.hpp"
#include "jpeg2000.hpp"

#include <dcmtk/dcmdata/dccodec.h>
#include <dcmtk/dcmdata/dcpixel.h>
#include <dcmtk/dcmdata/dcpixseq.h>
#include <dcmtk/dcmdata/dcpxitem.h>
#include <dcmtk/dcmdata/dcxfer.h>

#include <optional>
#include <vector>

namespace radforge {
namespace {

/// The compressed frame: what follows the offset table, in one piece.
std::vector<std::byte> compressed_frame(DcmItem& elements, const std::string& name) {
  DcmElement* element = nullptr;
  if (elements.findAndGetElement(DCM_PixelData, element).bad() || element->ident() != EVR_PixelData) {
    throw DataError("{}: DICOM without an image (it has no pixel data); remove it from the table", name);
  }
  auto* pixels = static_cast<DcmPixelData*>(element);
  E_TransferSyntax syntax = EXS_Unknown;
  const DcmRepresentationParameter* parameter = nullptr;
  DcmPixelSequence* fragments = nullptr;
  pixels->getOriginalRepresentationKey(syntax, parameter);
  if (pixels->getEncapsulatedRepresentation(syntax, parameter, fragments).bad() || fragments == nullptr) {
    throw_damaged_dicom(name, "its pixels are not compressed as its transfer syntax says");
  }
  std::vector<std::byte> frame;
  for (unsigned long i = 1; i < fragments->card(); ++i) {
    DcmPixelItem* fragment = nullptr;
    Uint8* data = nullptr;
    if (fragments->getItem(fragment, i).bad() || fragment->getUint8Array(data).bad()) {
      throw_damaged_dicom(name, "a fragment of its pixels cannot be read");
    }
    if (data != nullptr) {
      const auto* first = reinterpret_cast<const std::byte*>(data);
      frame.insert(frame.end(), first, first + fragment->getLength());
    }
  }
  if (frame.empty()) {
    throw_damaged_dicom(name, "its pixels are missing");
  }
  return frame;
}

struct Size {
  int width = 0;
  int height = 0;
};

/// The size in a JPEG's frame header (ITU-T T.81 B.2.2), before any of it is decoded.
std::optional<Size> jpeg_size(std::span<const std::byte> jpeg) {
  const auto byte = [&](std::size_t at) { return std::to_integer<int>(jpeg[at]); };
  const auto word = [&](std::size_t at) { return byte(at) << 8 | byte(at + 1); };
  std::size_t at = 2; // behind the mark of the start
  while (at + 9 <= jpeg.size() && byte(at) == 0xFF) {
    const int marker = byte(at + 1);
    const bool is_frame = marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    if (is_frame) {
      return Size{.width = word(at + 7), .height = word(at + 5)};
    }
    at += marker == 0xFF ? 1 : 2 + static_cast<std::size_t>(word(at + 2));
  }
  return std::nullopt;
}

bool is_jpeg(E_TransferSyntax syntax) { return syntax >= EXS_JPEGProcess1 && syntax <= EXS_JPEGProcess14SV1; }

/// By DCMTK. A warning means that pixels were made up, as with JPEG files: worse than no image.
void decompress_by_codec(DicomFile& file, const DicomFrame& frame, const std::string& name) {
  const E_TransferSyntax syntax = file.elements->getOriginalXfer();
  if (is_jpeg(syntax)) {
    const std::optional<Size> size = jpeg_size(compressed_frame(*file.elements, name));
    if (!size || size->width != frame.columns || size->height != frame.rows) {
      throw_damaged_dicom(name, "the JPEG in it is not of the size that its header says");
    }
  }
  DicomMessages messages;
  const OFCondition status = file.elements->chooseRepresentation(EXS_LittleEndianExplicit, nullptr);
  if (status.bad() || !messages.last().empty()) {
    throw_damaged_dicom(name, messages.last().empty() ? status.text() : messages.last());
  }
}

void decompress_jpeg2000(DicomFile& file, const DicomFrame& frame, const std::string& name) {
  DcmDataset& elements = *file.elements;
  Jpeg2000Values values = decode_jpeg2000(compressed_frame(elements, name),
                                          {.width = frame.columns, .height = frame.rows, .components = frame.samples}, name);
  const auto bits = static_cast<Uint16>(values.bits);
  elements.findAndDeleteElement(DCM_PixelData);
  bool is_written = elements.putAndInsertUint16Array(DCM_PixelData, values.words.data(), values.words.size()).good() &&
                    elements.putAndInsertUint16(DCM_BitsAllocated, 16).good() &&
                    elements.putAndInsertUint16(DCM_BitsStored, bits).good() &&
                    elements.putAndInsertUint16(DCM_HighBit, static_cast<Uint16>(bits - 1)).good() &&
                    elements.putAndInsertUint16(DCM_PixelRepresentation, frame.is_signed || values.is_signed ? 1 : 0).good();
  if (frame.samples == 3) {
    is_written = is_written && elements.putAndInsertUint16(DCM_PlanarConfiguration, 0).good();
  }
  // The codec undoes its own colour transform.
  if (frame.photometric_interpretation == "YBR_RCT" || frame.photometric_interpretation == "YBR_ICT") {
    is_written = is_written && elements.putAndInsertString(DCM_PhotometricInterpretation, "RGB").good();
  }
  require(is_written, "decoded pixels replace the compressed ones");
}

} // namespace

DicomFrame decompress_pixels(DicomFile& file, const DicomFrame& frame, const std::string& name) {
  const DcmXfer syntax(file.elements->getOriginalXfer());
  if (!syntax.isEncapsulated()) {
    return frame;
  }
  if (syntax.getXfer() == EXS_JPEG2000LosslessOnly || syntax.getXfer() == EXS_JPEG2000) {
    decompress_jpeg2000(file, frame, name);
  } else if (DcmCodecList::canChangeCoding(syntax.getXfer(), EXS_LittleEndianExplicit)) {
    decompress_by_codec(file, frame, name);
  } else {
    throw_unsupported(name, file.transfer_syntax);
  }
  return frame_of(*file.elements, name);
}

} // namespace radforge
