#include "../../../src/cli/metadata_table.hpp"

#include <catch2/catch.hpp>

using namespace radforge;

namespace {

SampleRecord record_of(const std::string& prompt) {
  SampleRecord record;
  record.id = 7;
  record.source = "site/=1+1.png";
  record.patient = "site/@me";
  record.sex = "F";
  record.age = 45;
  record.age_group = "40-59";
  record.view = "PA";
  record.prompt = prompt;
  record.findings = {1, -1};
  return record;
}

} // namespace

TEST_CASE("text that a spreadsheet would take for a formula has an apostrophe before it") {
  const DatasetSchema schema{.height = 8, .width = 8, .findings = {"Edema", "=Effusion"}};
  const MetadataTable table("image-folder", schema);
  CHECK(table.header() == "file_name,id,text,sex,age,age_group,race,view,patient,source,Edema,'=Effusion\n");
  CHECK(table.row(record_of("=HYPERLINK(\"x\")"), "00000/7.png") ==
        "00000/7.png,7,\"'=HYPERLINK(\"\"x\"\")\",F,45,40-59,,PA,site/@me,site/=1+1.png,1,\n");
}

TEST_CASE("generated images have their attempt and what the checks found") {
  DatasetSchema schema{.height = 8, .width = 8, .findings = {"Edema", "Effusion"}};
  schema.generation = {.model_digest = "0", .seed = 1, .checks = {"sex"}};
  SampleRecord record = record_of("45 year old female. Edema.");
  record.attempt = 2;
  record.check_scores = {0.75F};
  record.check_passed = {1};
  const MetadataTable table("image-folder", schema);
  CHECK(table.header().ends_with(",Edema,Effusion,attempt,sex_score,sex_passed\n"));
  CHECK(table.row(record, "7.png").ends_with(",1,,2,0.75,1\n"));
}

TEST_CASE("RoentGen-v2's columns have CheXpert's labels; what a real set does not speak of is empty, and 0 of a synthetic one") {
  DatasetSchema schema{.height = 8, .width = 8, .findings = {"Edema", "Effusion"}};
  const SampleRecord record = record_of("45 year old female. Edema. No more.");
  const std::string head = "7.png,7,45 year old female. Edema. No more.,F,45,,PA,Edema. No more.";
  CHECK(MetadataTable("roentgen-v2", schema).row(record, "7.png") == head + ",,,,,,1,,,,,,,,\n");
  schema.generation = {.model_digest = "0", .seed = 1, .checks = {}};
  CHECK(MetadataTable("roentgen-v2", schema).row(record, "7.png") == head + ",0,0,0,0,0,1,0,0,0,0,,0,0,0\n");
}
