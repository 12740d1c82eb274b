#include "radforge/io/dicom.hpp"

#include "radforge/core/error.hpp"

#include "dicom_bytes.hpp"
#include "helpers.hpp"
#include "temp_folder.hpp"

using namespace radforge;
using namespace std::string_literals;
using Catch::Matchers::Contains;

TEST_CASE("read_dicom_tags: the patient and the picture, in every encoding") {
  const std::pair<const char*, const char*> files[] = {
      {"explicit.dcm", "1.2.840.10008.1.2.1"},         {"implicit.dcm", "1.2.840.10008.1.2"},
      {"big-endian.dcm", "1.2.840.10008.1.2.2"},       {"deflated.dcm", "1.2.840.10008.1.2.1.99"},
      {"jpeg-2000-16.dcm", "1.2.840.10008.1.2.4.90"},  {"no-preamble.dcm", "1.2.840.10008.1.2"},
      {"jpeg-baseline.dcm", "1.2.840.10008.1.2.4.50"},
  };
  for (const auto& [name, transfer_syntax] : files) {
    INFO(name);
    const DicomTags tags = read_dicom_tags(golden(name));
    CHECK(tags.patient_id == "PAT-0001");
    CHECK(tags.sex == "F");
    CHECK(tags.age == "054Y");
    CHECK(tags.view_position == "PA");
    CHECK(tags.photometric_interpretation == "MONOCHROME2");
    CHECK(tags.transfer_syntax == transfer_syntax);
    CHECK(tags.rows == 40);
    CHECK(tags.columns == 56);
  }
}

TEST_CASE("read_dicom_tags: padding is taken off, and what is absent is empty") {
  const TempFolder folder;
  std::string content = read_file(golden("explicit.dcm"));
  content = with_text(content, "PAT-0001", " AT-00 \0"s);
  content = with_text(content, tag_bytes(0x10, 0x40) + "CS", tag_bytes(0x10, 0x42) + "CS");
  const DicomTags tags = read_dicom_tags(put(folder / "a.dcm", content));
  CHECK(tags.patient_id == "AT-00");
  CHECK(tags.sex.empty());
}

TEST_CASE("read_dicom_tags: pixels are not read, so they may be missing or in any known syntax") {
  const TempFolder folder;
  const std::string content = read_file(golden("explicit.dcm"));
  CHECK(read_dicom_tags(put(folder / "a.dcm", content.substr(0, content.size() - 100))).rows == 40);
  const std::string other = with_text(read_file(golden("jpeg-2000.dcm")), "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.92");
  CHECK(read_dicom_tags(put(folder / "b.dcm", other)).transfer_syntax == "1.2.840.10008.1.2.4.92");
}

TEST_CASE("read_dicom_tags: files that are no DICOM, damaged or missing are refused by name") {
  const TempFolder folder;
  const auto fault = [&](std::string_view content) {
    return error_of<DataError>([&] { read_dicom_tags(put(folder / "x.dcm", content)); });
  };
  CHECK_THAT(fault(""), Contains("x.dcm") && Contains("no DICOM"));
  CHECK_THAT(fault(read_file(golden("nih-0.jpg"))), Contains("x.dcm") && Contains("no DICOM"));
  const std::string content = read_file(golden("explicit.dcm"));
  CHECK_THAT(fault(std::string_view(content).substr(0, 500)), Contains("x.dcm") && Contains("damaged or truncated"));
  CHECK_THAT(fault(with_text(read_file(golden("jpeg-2000.dcm")), "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.7.90")),
             Contains("1.2.840.10008.1.2.7.90"));
  CHECK_THAT(error_of<IoError>([&] { read_dicom_tags(folder / "none.dcm"); }), Contains("none.dcm"));
}
