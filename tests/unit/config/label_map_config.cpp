#include "radforge/config/label_map_config.hpp"

#include "radforge/core/error.hpp"

#include "example.hpp"
#include "temp_folder.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>

using namespace radforge;
using Catch::Matchers::Contains;

namespace {

using Labels = std::vector<std::string>;

LabelMapConfig read_map(const std::string& text) {
  const TempFolder folder;
  std::ofstream(folder / "map.yaml") << text;
  return load_label_map(folder / "map.yaml");
}

std::string error_in(const std::string& text) {
  return error_of<ConfigError>([&] { read_map(text); });
}

const std::filesystem::path shipped_path = std::filesystem::path(RADFORGE_SOURCE_DIR) / "configs/labels/findings.yaml";

Labels all_of(const LabelMapConfig& map, Labels FindingLabels::*vocabulary) {
  std::set<std::string> all;
  for (const FindingLabels& finding : map.findings) {
    all.insert((finding.*vocabulary).begin(), (finding.*vocabulary).end());
  }
  return {all.begin(), all.end()};
}

Labels sorted(Labels labels) {
  std::sort(labels.begin(), labels.end());
  return labels;
}

/// Each term of PadChest with the terms right below it.
std::map<std::string, std::set<std::string>> padchest_tree() {
  std::map<std::string, std::set<std::string>> tree;
  Labels path;
  std::ifstream file(std::filesystem::path(RADFORGE_GOLDEN_DIR) / "data/labels/padchest_tree.txt");
  for (std::string line; std::getline(file, line);) {
    const std::size_t indent = line.find_first_not_of(' ');
    path.resize(indent / 2);
    const std::string term = line.substr(indent);
    tree[term];
    if (!path.empty()) {
      tree[path.back()].insert(term);
    }
    path.push_back(term);
  }
  return tree;
}

} // namespace

TEST_CASE("a label map is read, with none where a provider is left out") {
  const LabelMapConfig map = read_map("findings:\n"
                                      "  - name: Effusion\n"
                                      "    chexpert: [Pleural Effusion]\n"
                                      "    vindr-cxr: [Pleural effusion, Other]\n"
                                      "  - name: Hernia\n");
  REQUIRE(map.findings.size() == 2);
  CHECK(map.findings[0].name == "Effusion");
  CHECK(map.findings[0].chexpert == Labels{"Pleural Effusion"});
  CHECK(map.findings[0].vindr_cxr == Labels{"Pleural effusion", "Other"});
  CHECK(map.findings[0].nih.empty());
  CHECK(map.findings[1].padchest.empty());
}

TEST_CASE("a broken label map is refused with the place of the fault") {
  CHECK_THAT(error_in("findings: []\n"), Contains("findings is empty"));
  CHECK_THAT(error_in("findings:\n  - nih: [Mass]\n"), Contains("findings.0: name is missing"));
  CHECK_THAT(error_in("findings:\n  - name: A\n  - name: A\n"), Contains("two findings have the same name"));
  CHECK_THAT(error_in("findings:\n  - name: A\n    nih: [Mass, Mass]\n"), Contains("names a label twice") && Contains(":2:"));
  CHECK_THAT(error_in("findings:\n  - name: A\n    chexpert: [Mass, Mass]\n"), Contains("names a label twice"));
  CHECK_THAT(error_in("findings:\n  - name: A\n    padchest: [mass, mass]\n"), Contains("names a label twice"));
  CHECK_THAT(error_in("findings:\n  - name: A\n    vindr-cxr: [Mass, Mass]\n"), Contains("names a label twice"));
  CHECK_THAT(error_in("findings:\n  - name: A\n    nih: [\"\"]\n"), Contains("an empty label"));
  CHECK_THAT(error_in("findings:\n  - name: A\n    padchst: [mass]\n"), Contains("did you mean \"padchest\"?"));
  CHECK_THAT(error_in("findings:\n  - name: A\n    nih: Mass\n"), Contains("map.yaml:3:") && Contains("not a list"));
  CHECK_THROWS_AS(load_label_map("no-such-map.yaml"), ConfigError);
  CHECK_THROWS_WITH(load_label_map("no-such-map.yaml"), Contains("no-such-map.yaml"));
}

TEST_CASE("one label may mean two findings") {
  const LabelMapConfig map = read_map("findings:\n  - name: A\n    nih: [Mass]\n  - name: B\n    nih: [Mass]\n");
  CHECK(map.findings[0].nih == map.findings[1].nih);
}

TEST_CASE("a finding is found by its name, and the nearest is named if there is none") {
  const LabelMapConfig map = load_label_map(shipped_path);
  CHECK(get_finding(map, "Effusion", "m.yaml").nih == Labels{"Effusion"});
  CHECK(find_finding(map, "Efusion") == nullptr);
  REQUIRE(find_finding(map, "Edema") != nullptr);
  CHECK(find_finding(map, "Edema")->name == "Edema");
  CHECK_THROWS_AS(get_finding(map, "Efusion", "m.yaml"), ConfigError);
  CHECK_THROWS_WITH(get_finding(map, "Efusion", "m.yaml"), Contains("m.yaml") && Contains("did you mean \"Effusion\"?"));
  CHECK_THROWS_WITH(get_finding(map, "Tuberculosis of old", "m.yaml"), Contains("known are No_Finding, Atelectasis"));
}

TEST_CASE("the shipped map has every label of CheXpert and of NIH, and no label that a provider does not have") {
  const LabelMapConfig map = load_label_map(shipped_path);
  CHECK(all_of(map, &FindingLabels::chexpert) ==
        sorted({"No Finding", "Enlarged Cardiomediastinum", "Cardiomegaly", "Lung Opacity", "Airspace Opacity", "Lung Lesion",
                "Edema", "Consolidation", "Pneumonia", "Atelectasis", "Pneumothorax", "Pleural Effusion", "Pleural Other",
                "Fracture", "Support Devices"}));
  CHECK(all_of(map, &FindingLabels::nih) ==
        sorted({"No Finding", "Atelectasis", "Cardiomegaly", "Effusion", "Infiltration", "Mass", "Nodule", "Pneumonia",
                "Pneumothorax", "Consolidation", "Edema", "Emphysema", "Fibrosis", "Pleural_Thickening", "Hernia"}));
  const std::set<std::string> vindr = {"Aortic enlargement",
                                       "Atelectasis",
                                       "Calcification",
                                       "Cardiomegaly",
                                       "Clavicle fracture",
                                       "Consolidation",
                                       "Edema",
                                       "Emphysema",
                                       "Enlarged PA",
                                       "ILD",
                                       "Infiltration",
                                       "Lung Opacity",
                                       "Lung cavity",
                                       "Lung cyst",
                                       "Mediastinal shift",
                                       "Nodule/Mass",
                                       "Pleural effusion",
                                       "Pleural thickening",
                                       "Pneumothorax",
                                       "Rib fracture",
                                       "Pulmonary fibrosis",
                                       "Other lesion",
                                       "COPD",
                                       "Lung tumor",
                                       "Pneumonia",
                                       "Tuberculosis",
                                       "Other diseases",
                                       "No finding"};
  for (const std::string& label : all_of(map, &FindingLabels::vindr_cxr)) {
    CAPTURE(label);
    CHECK(vindr.count(label) == 1);
  }
  const auto tree = padchest_tree();
  REQUIRE(tree.size() > 150);
  for (const std::string& term : all_of(map, &FindingLabels::padchest)) {
    CAPTURE(term);
    CHECK(tree.count(term) == 1);
  }
}

TEST_CASE("in the shipped map a term of PadChest brings those below it, but for masses outside the lung") {
  const auto tree = padchest_tree();
  for (const FindingLabels& finding : load_label_map(shipped_path).findings) {
    const std::set<std::string> terms(finding.padchest.begin(), finding.padchest.end());
    std::set<std::string> below;
    for (const std::string& term : terms) {
      below.insert(tree.at(term).begin(), tree.at(term).end());
    }
    CAPTURE(finding.name);
    if (finding.name == "Mass") {
      CHECK(terms == std::set<std::string>{"mass", "pulmonary mass"});
    } else {
      CHECK(std::includes(terms.begin(), terms.end(), below.begin(), below.end()));
    }
  }
}

TEST_CASE("in the shipped map every provider knows the eight common findings") {
  const LabelMapConfig map = load_label_map(shipped_path);
  for (const char* name :
       {"No_Finding", "Atelectasis", "Cardiomegaly", "Effusion", "Pneumonia", "Pneumothorax", "Consolidation", "Edema"}) {
    const FindingLabels* finding = find_finding(map, name);
    CAPTURE(name);
    REQUIRE(finding != nullptr);
    CHECK(!finding->chexpert.empty());
    CHECK(!finding->nih.empty());
    CHECK(!finding->padchest.empty());
    CHECK(!finding->vindr_cxr.empty());
  }
  const FindingLabels& one = get_finding(map, "Effusion", shipped_path);
  const FindingLabels& other = get_finding(map, "Pleural_Effusion", shipped_path);
  CHECK(one.chexpert == other.chexpert);
  CHECK(one.nih == other.nih);
  CHECK(one.padchest == other.padchest);
  CHECK(one.vindr_cxr == other.vindr_cxr);
}
