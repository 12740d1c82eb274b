#include "radforge/data/prompt.hpp"

#include "radforge/core/error.hpp"

#include <catch2/catch.hpp>

using namespace radforge;

namespace {

const std::string usual = "{age} year old {race} {sex}. {view} view. {findings}.";
const std::vector<std::string> names = {"No_Finding", "Cardiomegaly", "Pleural_Thickening", "COVID-19"};

SampleRecord full_record() {
  SampleRecord record;
  record.sex = "M";
  record.age = 57.9F;
  record.race = "Asian";
  record.view = "PA";
  record.findings = {0, 1, 1, -1};
  return record;
}

} // namespace

TEST_CASE("a prompt holds what is known") {
  SampleRecord record = full_record();
  CHECK(render_prompt(usual, record, names) == "57 year old Asian male. PA view. cardiomegaly, pleural thickening.");
  record.sex = "F";
  record.findings = {1, 0, 0, 0};
  CHECK(render_prompt(usual, record, names) == "57 year old Asian female. PA view. no finding.");
  record.findings = {0, 0, 0, 1};
  CHECK(render_prompt("{findings}", record, names) == "covid-19");
}

TEST_CASE("a present finding is named even where the table says No_Finding") {
  SampleRecord record = full_record();
  record.findings = {1, 1, 0, 0};
  CHECK(render_prompt("{findings}.", record, names) == "cardiomegaly.");
}

TEST_CASE("unknown fields leave no trace") {
  SampleRecord record = full_record();
  record.race.clear();
  CHECK(render_prompt(usual, record, names) == "57 year old male. PA view. cardiomegaly, pleural thickening.");
  record.age = -1;
  CHECK(render_prompt(usual, record, names) == "male. PA view. cardiomegaly, pleural thickening.");
  record.sex.clear();
  CHECK(render_prompt(usual, record, names) == "PA view. cardiomegaly, pleural thickening.");
  record.findings = {-1, -1, 0, 0};
  CHECK(render_prompt(usual, record, names) == "PA view.");
  record.view.clear();
  CHECK(render_prompt(usual, record, names).empty());
  record.age = 0;
  CHECK(render_prompt(usual, record, names) == "0 year old.");
}

TEST_CASE("a sentence without fields stays") {
  CHECK(render_prompt("Chest radiograph, e.g. {view}. {sex}", SampleRecord{}, names) == "Chest radiograph, e.g.");
  CHECK(render_prompt("", full_record(), names).empty());
  CHECK(render_prompt("Size 1.5. {sex}", full_record(), names) == "Size 1.5. male");
}

TEST_CASE("a wrong template is a configuration error") {
  CHECK_THROWS_AS(render_prompt("{agee} years", full_record(), names), ConfigError);
  CHECK_THROWS_WITH(render_prompt("{agee} years", full_record(), names), Catch::Matchers::Contains("\"{agee}\""));
  CHECK_THROWS_AS(render_prompt("{age years", full_record(), names), ConfigError);
  CHECK_THROWS_AS(render_prompt("{}", full_record(), names), ConfigError);
}
