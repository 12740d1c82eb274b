#include "radforge/generate/generation_plan.hpp"

#include "radforge/core/error.hpp"
#include "radforge/io/csv.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>

using namespace radforge;

TEST_CASE("a plan is balanced over every combination in any range of ids") {
  GenerateConfig config;
  config.cohort.num_images = 100;
  config.cohort.age_groups = {"18-39", "80+"};
  config.cohort.views = {"PA", "AP"};
  config.cohort.findings = {"No_Finding", "Effusion"};
  const GenerationPlan plan(config);
  REQUIRE(plan.num_images() == 100);
  for (const std::size_t first : {0U, 33U}) {
    std::map<std::string, int> counts;
    for (std::size_t id = first; id < first + 48; ++id) {
      const SampleRecord& record = plan.records()[id];
      ++counts[record.sex + record.age_group + record.view + std::to_string(record.findings[0])];
    }
    CHECK(counts.size() == 16);
    CHECK(std::all_of(counts.begin(), counts.end(), [](const auto& entry) { return entry.second == 3; }));
  }
}

TEST_CASE("a plan's ages lie in their groups and its prompts say what it plans") {
  GenerateConfig config;
  config.cohort.age_groups = {"40-59"};
  const GenerationPlan plan(config);
  for (const SampleRecord& record : plan.records()) {
    CHECK(record.age >= 40);
    CHECK(record.age <= 59);
    CHECK_THAT(record.prompt, Catch::StartsWith(std::to_string(static_cast<int>(record.age)) + " year old"));
    CHECK_THAT(record.prompt, Catch::Contains(record.sex == "M" ? " male" : " female"));
  }
  const auto ages = std::minmax_element(plan.records().begin(), plan.records().end(),
                                        [](const auto& a, const auto& b) { return a.age < b.age; });
  CHECK(ages.first->age < ages.second->age);
}

TEST_CASE("a plan's table can be read back") {
  const GenerationPlan plan{GenerateConfig{}};
  const CsvTable table = CsvTable::parse(plan.csv(), "plan.csv");
  REQUIRE(table.num_rows() == 256);
  CHECK(table.cell(17, table.column("prompt")) == plan.records()[17].prompt);
  CHECK(table.cell(17, table.column("No_Finding")) == "1");
}

TEST_CASE("an age group that is none is refused") {
  GenerateConfig config;
  config.cohort.age_groups = {GENERATE("old", "40", "59-40", "40-", "40-59x", "-5", "")};
  CHECK_THROWS_AS(GenerationPlan(config), ConfigError);
}
