#include "../../../src/data/label_space.hpp"

#include "radforge/core/error.hpp"
#include "radforge/io/csv.hpp"

#include "temp_folder.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>

using namespace radforge;
using Catch::Matchers::Contains;

namespace {

using Names = std::vector<std::string>;
using Values = std::vector<std::int8_t>;
using States = std::vector<LabelState>;

constexpr LabelState absent = LabelState::absent;
constexpr LabelState present = LabelState::present;
constexpr LabelState uncertain = LabelState::uncertain;
constexpr LabelState unmentioned = LabelState::unmentioned;

const std::string shipped = std::string(RADFORGE_SOURCE_DIR) + "/configs/labels/findings.yaml";

CsvTable golden(const std::string& file) {
  return CsvTable::read(std::filesystem::path(RADFORGE_GOLDEN_DIR) / "data/labels" / file);
}

States states_of(const CsvTable& table, std::size_t row) {
  States states;
  for (std::size_t i = 0; i < table.columns().size(); ++i) {
    const std::string& cell = table.cell(row, i);
    states.push_back(cell == "1.0" ? present : cell == "0.0" ? absent : cell == "-1.0" ? uncertain : unmentioned);
  }
  return states;
}

/// CheXpert's name -> the map's.
std::string finding_of(std::string label) {
  std::replace(label.begin(), label.end(), ' ', '_');
  return label;
}

/// Compares each value of the golden table with what the policies make of the table of labels.
void check_golden(const std::string& adapter, const LabelsConfig& config, const std::string& file) {
  const CsvTable table = golden("table.csv");
  const CsvTable expected = golden(file);
  Names findings;
  for (const std::string& label : expected.columns()) {
    findings.push_back(finding_of(label));
  }
  const FindingMapper mapper = LabelSpace(config, findings).for_site(adapter, table.columns());
  CHECK(mapper.known_findings() == findings);
  REQUIRE(table.num_rows() > 100);
  REQUIRE(table.num_rows() == expected.num_rows());
  for (std::size_t row = 0; row < table.num_rows(); ++row) {
    const Values values = mapper.map(states_of(table, row));
    for (std::size_t i = 0; i < findings.size(); ++i) {
      CAPTURE(row, findings[i]);
      CHECK(std::to_string(values[i]) == expected.cell(row, i));
    }
  }
}

} // namespace

TEST_CASE("the policies give torchxrayvision's labels") {
  const LabelsConfig config{.map = shipped, .uncertain = "ignored", .empty = "negative_if_no_finding"};
  check_golden("chexpert", config, "torchxrayvision.csv");
  check_golden("mimic-cxr", config, "torchxrayvision.csv");
}

TEST_CASE("the policies give CompDiff's labels") {
  const LabelsConfig config{.map = shipped, .uncertain = "negative", .empty = "negative", .no_finding = "recomputed"};
  check_golden("chexpert", config, "compdiff.csv");
  check_golden("mimic-cxr", config, "compdiff.csv");
}

TEST_CASE("each policy's word has its value") {
  const auto value = [](const LabelsConfig& config, LabelState state) {
    return LabelSpace(config, {"Edema"}).for_site("chexpert", {"Edema"}).map(States{state})[0];
  };
  CHECK(value({.uncertain = "positive", .empty = "ignored"}, uncertain) == 1);
  CHECK(value({.uncertain = "negative", .empty = "ignored"}, uncertain) == 0);
  CHECK(value({.uncertain = "ignored", .empty = "negative"}, uncertain) == -1);
  CHECK(value({.uncertain = "positive", .empty = "negative"}, unmentioned) == 0);
  CHECK(value({.uncertain = "positive", .empty = "ignored"}, unmentioned) == -1);
  CHECK(value({.uncertain = "positive", .empty = "negative_if_no_finding"}, unmentioned) == -1);
}

TEST_CASE("each provider's names become the common findings") {
  const LabelSpace space({.map = shipped}, {"No_Finding", "Effusion", "Fracture", "Nodule", "Hernia"});

  const FindingMapper chexpert = space.for_site("chexpert", {"Pleural Effusion", "No Finding", "Fracture"});
  CHECK(chexpert.map(States{present, absent, uncertain}) == Values{0, 1, -1, -1, -1});
  CHECK(chexpert.known_findings() == Names{"No_Finding", "Effusion", "Fracture"});

  const FindingMapper vindr = space.for_site("vindr-cxr", {"Clavicle fracture", "Rib fracture", "Nodule/Mass", "No finding"});
  CHECK(vindr.map(States{absent, present, present, absent}) == Values{0, -1, 1, -1, -1});
  CHECK(vindr.known_findings() == Names{"No_Finding", "Fracture"});

  const FindingMapper nih = space.for_site("nih", {"No Finding", "Effusion", "Nodule"});
  CHECK(nih.map(States{absent, absent, present}) == Values{0, 0, -1, 1, 0});
  CHECK(nih.known_findings() == Names{"No_Finding", "Effusion", "Nodule", "Hernia"});
}

TEST_CASE("a term that PadChest's table never names is absent, and words inside other terms do not count") {
  const LabelSpace space({.map = shipped}, {"No_Finding", "Effusion", "Nodule", "Emphysema", "Lung_Opacity"});
  const Names terms = {"normal", "pericardial effusion", "loculated pleural effusion", "pseudonodule", "subcutaneous emphysema"};
  const FindingMapper padchest = space.for_site("padchest", terms);
  CHECK(padchest.map(States{absent, present, absent, present, present}) == Values{0, 0, 0, 0, -1});
  CHECK(padchest.map(States{absent, absent, present, absent, absent}) == Values{0, 1, 0, 0, -1});
  CHECK(padchest.known_findings() == Names{"No_Finding", "Effusion", "Nodule", "Emphysema"});
}

TEST_CASE("a stated no finding clears nothing where a provider leaves nothing unmentioned") {
  const LabelSpace space({.map = shipped, .empty = "negative_if_no_finding"}, {"No_Finding", "Effusion"});
  const States both = {present, present};
  CHECK(space.for_site("vindr-cxr", {"No finding", "Pleural effusion"}).map(both) == Values{1, 1});
  CHECK(space.for_site("nih", {"No Finding", "Effusion"}).map(both) == Values{1, 1});
  CHECK(space.for_site("padchest", {"normal", "pleural effusion"}).map(both) == Values{1, 1});
  CHECK(space.for_site("chexpert", {"No Finding", "Pleural Effusion"}).map(both) == Values{1, 0});
  CHECK(space.for_site("table", {"No_Finding", "Effusion"}).map(both) == Values{1, 0});
}

TEST_CASE("a recomputed no finding sees labels that the data set does not have") {
  const LabelsConfig config{.map = shipped, .no_finding = "recomputed"};
  const LabelSpace space(config, {"No_Finding"});
  const FindingMapper vindr = space.for_site("vindr-cxr", {"Lung cyst", "No finding"});
  CHECK(vindr.map(States{present, present}) == Values{0});
  CHECK(vindr.map(States{absent, absent}) == Values{1});
  CHECK(space.for_site("padchest", {"scoliosis", "normal"}).map(States{present, absent}) == Values{0});
}

TEST_CASE("a recomputed no finding passes over columns of a table that no finding names") {
  const LabelSpace space({.no_finding = "recomputed"}, {"No_Finding", "Edema"});
  const FindingMapper table = space.for_site("table", {"portable", "Edema", "empty"});
  CHECK(table.map(States{present, absent, unmentioned}).back() == 0);
  const FindingMapper with_statement = space.for_site("table", {"portable", "Edema", "empty", "No_Finding"});
  CHECK(with_statement.map(States{present, absent, unmentioned, unmentioned}) == Values{1, 0});
  CHECK(with_statement.map(States{absent, present, unmentioned, present}) == Values{0, 1});
}

TEST_CASE("both names of lung opacity are one finding") {
  const FindingMapper mapper = LabelSpace({.map = shipped}, {"Lung_Opacity"}).for_site("mimic-cxr", {"Airspace Opacity"});
  CHECK(mapper.map(States{present}) == Values{1});
}

TEST_CASE("without a map, and at a table's site, a finding is the label of its own name") {
  const LabelSpace plain({}, {"No Finding", "Pleural Effusion", "effusion"});
  const FindingMapper chexpert = plain.for_site("chexpert", {"Pleural Effusion", "No Finding"});
  CHECK(chexpert.map(States{present, absent}) == Values{0, 1, -1});
  CHECK(chexpert.known_findings() == Names{"No Finding", "Pleural Effusion"});
  CHECK(plain.for_site("nih", {"Effusion"}).known_findings().empty());

  const LabelSpace mapped({.map = shipped}, {"Effusion"});
  CHECK(mapped.for_site("table", {"Effusion"}).map(States{present}) == Values{1});
  CHECK(mapped.for_site("table", {"Pleural Effusion"}).known_findings().empty());
}

TEST_CASE("without a map no finding and devices are known by their names") {
  const LabelsConfig config{.empty = "negative_if_no_finding"};
  const std::string no_finding = GENERATE("No_Finding", "No Finding", "No finding");
  const std::string device = GENERATE("Support_Devices", "Support Devices");
  const LabelSpace space(config, {no_finding, "Effusion", device});
  const FindingMapper mapper = space.for_site("table", {no_finding, "Effusion", device});
  CHECK(mapper.map(States{present, unmentioned, unmentioned}) == Values{1, 0, -1});
  CHECK(mapper.map(States{unmentioned, unmentioned, present}) == Values{-1, -1, 1});
}

TEST_CASE("a finding that the map does not have, and a broken map, are errors of the configuration") {
  CHECK_THROWS_AS(LabelSpace({.map = shipped}, {"Efusion"}), ConfigError);
  CHECK_THROWS_WITH(LabelSpace({.map = shipped}, {"Efusion"}), Contains("did you mean \"Effusion\"?") && Contains(shipped));
  CHECK_THROWS_WITH(LabelSpace({.map = "no-such-map.yaml"}, {"Effusion"}), Contains("no-such-map.yaml"));
  const TempFolder folder;
  const std::string path = (folder / "map.yaml").string();
  std::ofstream(path) << "findings:\n  - name: A\n    nih: [Mass, Mass]\n";
  CHECK_THROWS_AS(LabelSpace({.map = path}, {"A"}), ConfigError);
  CHECK_THROWS_WITH(LabelSpace({.map = path}, {"A"}), Contains("names a label twice"));
}
