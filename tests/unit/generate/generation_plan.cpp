#include "radforge/generate/generation_plan.hpp"

#include "radforge/core/error.hpp"
#include "radforge/io/csv.hpp"

#include "temp_folder.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <string>

using namespace radforge;
using Catch::Contains;

namespace {

std::vector<SampleRecord> records_of(const GenerationPlan& plan) {
  std::vector<SampleRecord> records;
  for (std::int64_t id = 0; id < plan.num_images(); ++id) {
    records.push_back(plan.record(id));
  }
  return records;
}

std::string cell_of(const SampleRecord& record) {
  std::string cell = record.sex + " " + record.age_group + " " + record.race + " " + record.view;
  for (const std::int8_t finding : record.findings) {
    cell += finding == 1 ? " 1" : " 0";
  }
  return cell;
}

std::map<std::string, int> counts_of(const GenerationPlan& plan, std::int64_t first, std::int64_t count) {
  std::map<std::string, int> counts;
  for (std::int64_t id = first; id < first + count; ++id) {
    ++counts[cell_of(plan.record(id))];
  }
  return counts;
}

} // namespace

TEST_CASE("a plan is balanced over every combination in any range of ids") {
  GenerateConfig config;
  config.cohort.num_images = 100;
  config.cohort.age_groups = {"18-39", "80+"};
  config.cohort.views = {"PA", "AP"};
  config.cohort.findings = {"No_Finding", "Effusion"};
  const GenerationPlan plan(config);
  REQUIRE(plan.num_images() == 100);
  const auto all = counts_of(plan, 0, 100);
  CHECK(all.size() == 16);
  CHECK(std::ranges::all_of(all, [](const auto& entry) { return entry.second == 6 || entry.second == 7; }));
  for (const std::int64_t first : {0, 33}) {
    const auto counts = counts_of(plan, first, 48);
    CHECK(counts.size() == 16);
    CHECK(std::ranges::all_of(counts, [](const auto& entry) { return entry.second >= 2 && entry.second <= 4; }));
  }
}

TEST_CASE("weights are shares of cells, and the total is exact") {
  GenerateConfig config;
  config.cohort.num_images = 1001;
  config.cohort.age_groups = {"40-59"};
  config.cohort.races = {"White", "Black"};
  config.cohort.findings = {"No_Finding", "Edema + Effusion", "Edema"};
  config.cohort.weights = {{.findings = "No_Finding", .weight = 4}, {.sex = "F", .race = "Black", .weight = 0}};
  const GenerationPlan plan(config);
  CHECK(plan.num_images() == 1001);
  CHECK(plan.cohort().findings() == std::vector<std::string>{"No_Finding", "Edema", "Effusion"});
  CHECK_THAT(plan.cohort().notes().at(0), Contains("3 of 12 combinations"));
  const auto counts = counts_of(plan, 0, 1001);
  CHECK(counts.size() == 9);
  for (const auto& [cell, count] : counts) {
    INFO(cell);
    CHECK(count == Approx(cell.ends_with("1 0 0") ? 1001 * 4.0 / 18 : 1001 / 18.0).margin(1));
  }
  config.cohort.weights = {{.weight = 0}};
  CHECK_THROWS_WITH(GenerationPlan(config), Contains("leaves out every combination"));
}

TEST_CASE("findings that contradict, or none, are refused") {
  GenerateConfig config;
  config.cohort.findings = {GENERATE("No_Finding + Edema", "Edema + Edema", "Edema +", "")};
  CHECK_THROWS_AS(GenerationPlan(config), ConfigError);
}

TEST_CASE("an image's text is one of the impressions with its findings, whatever its sex") {
  const TempFolder folder;
  std::ofstream(folder / "impressions.csv") << "id,findings,text\n"
                                               "1,No_Finding,Clear lungs.\n2,No_Finding,\"Nothing acute, as before\"\n"
                                               "3,Effusion + Edema,Wet.\n";
  GenerateConfig config;
  config.prompt = "{age} year old {sex}. {report}";
  config.cohort.num_images = 400;
  config.cohort.findings = {"No_Finding", "Edema + Effusion"};
  config.cohort.impressions = folder / "impressions.csv";
  std::map<std::string, int> counts;
  for (const SampleRecord& record : records_of(GenerationPlan(config))) {
    const std::string text = record.prompt.substr(record.prompt.find(". ") + 2);
    ++counts[record.sex + (record.findings[0] == 1 ? " healthy: " : " sick: ") + text];
  }
  CHECK(counts.size() == 6); // two texts of the healthy and one of the sick, for both sexes
  for (const auto& [text, count] : counts) {
    INFO(text);
    CHECK(count == Approx(text.ends_with("Wet.") ? 100 : 50).margin(20));
  }
  config.cohort.findings = {"No_Finding", "Edema"};
  CHECK_THROWS_WITH(GenerationPlan(config), Contains("no text with the findings Edema"));
}

TEST_CASE("a table of impressions that is damaged is refused by its line") {
  const auto [rows, problem] = GENERATE(table<std::string, std::string>({
      {"1,Edema,Wet.\n1,Edema,Wet again.\n", ":3: the id '1' is there twice"},
      {"1,Edema,\n", ":2: the text is empty"},
      {"1,Edema,\"  \n\"\n", ":2: the text is empty"},
      {"1,Edema,\xff\xfe\n", "UTF-8"},
      {std::string("1,Edema,a\0b\n", 12), "NUL"},
      {"1,Edema + No_Finding,Wet.\n", "No_Finding stands alone"},
      {"1,,Wet.\n", "a name is empty"},
      {"1,Edema\n", ":2: 2 fields"},
      {"", "has no row"},
  }));
  const TempFolder folder;
  std::ofstream(folder / "impressions.csv") << "id,findings,text\n" << rows;
  GenerateConfig config;
  config.cohort.findings = {"Edema"};
  config.cohort.impressions = folder / "impressions.csv";
  CHECK_THROWS_AS(GenerationPlan(config), DataError);
  CHECK_THROWS_WITH(GenerationPlan(config), Contains(problem) && Contains("impressions.csv"));
}

TEST_CASE("texts of any script are taken as they are, long ones cut") {
  const TempFolder folder;
  const std::string arabic = "\u0635\u062f\u0631 \U0001F642";
  std::ofstream(folder / "impressions.csv") << "\xef\xbb\xbfid,findings,text\r\n1,Edema," << arabic << "\r\n2,Edema,"
                                            << std::string(1 << 20, 'x') << "\r\n";
  GenerateConfig config;
  config.prompt = "{report}";
  config.cohort.findings = {"Edema"};
  config.cohort.impressions = folder / "impressions.csv";
  std::set<std::string> prompts;
  for (const SampleRecord& record : records_of(GenerationPlan(config))) {
    prompts.insert(record.prompt);
  }
  CHECK(prompts == std::set<std::string>{arabic, std::string(512, 'x')});
}

TEST_CASE("a plan's ages lie in their groups and its prompts say what it plans") {
  GenerateConfig config;
  config.cohort.age_groups = {"40-59"};
  const std::vector<SampleRecord> records = records_of(GenerationPlan(config));
  for (const SampleRecord& record : records) {
    CHECK(record.age >= 40);
    CHECK(record.age <= 59);
    CHECK_THAT(record.prompt, Catch::StartsWith(std::to_string(static_cast<int>(record.age)) + " year old"));
    CHECK_THAT(record.prompt, Contains(record.sex == "M" ? " male" : " female"));
  }
  const auto ages = std::ranges::minmax_element(records, {}, &SampleRecord::age);
  CHECK(ages.min->age < ages.max->age);
}

TEST_CASE("a plan's table can be read back") {
  const TempFolder folder;
  const GenerationPlan plan{GenerateConfig{}};
  plan.write_csv(folder / "plan.csv");
  const CsvTable table = CsvTable::read(folder / "plan.csv");
  REQUIRE(table.num_rows() == 256);
  CHECK(table.cell(17, table.column("prompt")) == plan.record(17).prompt);
  CHECK(table.cell(17, table.column("No_Finding")) == "1");
}

TEST_CASE("an age group that is none is refused") {
  GenerateConfig config;
  config.cohort.age_groups = {GENERATE("old", "40", "59-40", "40-", "40-59x", "-5", "")};
  CHECK_THROWS_AS(GenerationPlan(config), ConfigError);
}
