#include "radforge/core/error.hpp"
#include "radforge/io/dicom.hpp"
#include "radforge/io/image.hpp"

#include "dicom_file.hpp"
#include "image_codec.hpp"
#include "mapped_file.hpp"

namespace radforge {
namespace {

int number_of(DcmItem& elements, const DcmTagKey& tag) {
  Uint16 value = 0;
  return elements.findAndGetUint16(tag, value).good() ? value : 0;
}

} // namespace

DicomTags read_dicom_tags(const std::filesystem::path& path) {
  const MappedFile content(path);
  if (!is_dicom(content.bytes())) {
    throw DataError("{}: no DICOM (its mark DICM is missing); give a DICOM file or remove it from the table", path.string());
  }
  const DicomFile file = parse_dicom(content.bytes(), path.string(), DicomPart::header, ImageLimits().max_file_bytes);
  DcmDataset& elements = *file.elements;
  return {.patient_id = text_of(elements, DCM_PatientID),
          .sex = text_of(elements, DCM_PatientSex),
          .age = text_of(elements, DCM_PatientAge),
          .view_position = text_of(elements, DCM_ViewPosition),
          .photometric_interpretation = text_of(elements, DCM_PhotometricInterpretation),
          .transfer_syntax = file.transfer_syntax,
          .rows = number_of(elements, DCM_Rows),
          .columns = number_of(elements, DCM_Columns)};
}

} // namespace radforge
