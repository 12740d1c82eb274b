#include "radforge/config/load.hpp"
#include "radforge/core/error.hpp"
#include "radforge/data/manifest.hpp"
#include "radforge/io/image.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>

using namespace radforge;

namespace {

const std::filesystem::path source = RADFORGE_SOURCE_DIR;

/// A recipe of configs/prepare, whose folders are those of a fixture.
PrepareConfig recipe(const std::string& name, const std::vector<std::string>& settings) {
  const std::string fixture = (std::filesystem::path(RADFORGE_GOLDEN_DIR) / "data" / name).string();
  std::vector<std::string> overrides{"sites.0.root=" + fixture,
                                     "labels.map=" + (source / "configs/labels/findings.yaml").string()};
  for (const std::string& setting : settings) {
    overrides.push_back(setting.substr(0, setting.find('=') + 1) + fixture + "/" + setting.substr(setting.find('=') + 1));
  }
  PrepareConfig config;
  load_config(source / "configs/prepare" / (name + ".yaml"), overrides, [&](Schema& schema) { describe(schema, config); });
  return config;
}

std::int8_t finding(const PrepareConfig& config, const Manifest& manifest, std::size_t row, const std::string& name) {
  const auto found = std::find(config.findings.begin(), config.findings.end(), name);
  REQUIRE(found != config.findings.end());
  return manifest.rows.at(row).record.findings.at(static_cast<std::size_t>(found - config.findings.begin()));
}

const std::vector<std::string> common{"No_Finding", "Atelectasis",  "Cardiomegaly",  "Pleural_Effusion",
                                      "Pneumonia",  "Pneumothorax", "Consolidation", "Edema"};

} // namespace

TEST_CASE("recipes: the five collections have the common eight findings in the same columns") {
  for (const char* name : {"mimic-cxr", "chexpert", "nih", "padchest", "vindr-cxr"}) {
    const PrepareConfig config = recipe(name, {});
    REQUIRE(config.findings.size() > common.size());
    CHECK(std::equal(common.begin(), common.end(), config.findings.begin()));
    CHECK(config.image.size == 256);
  }
}

TEST_CASE("recipes: mimic-cxr") {
  const PrepareConfig config = recipe("mimic-cxr", {"sites.0.demographics=demographics", "sites.0.reports=reports"});
  const Manifest manifest = read_manifest(config);
  CHECK(manifest.rows.size() == 11); // less two lateral views, one unknown and one other
  CHECK(manifest.rows[0].record.prompt ==
        "52 year old WHITE female. No acute process in the chest. Discussed with Dr. ___ at 10:32 on the ___.");
  CHECK(manifest.rows[0].record.split == "train");
  CHECK(manifest.rows[3].record.prompt == "59 year old HISPANIC female.");
  CHECK(manifest.rows[3].record.split == "validation");
  CHECK(manifest.rows[4].record.prompt == "60 year old HISPANIC female. Cardiomegaly, lung opacity");
  CHECK(finding(config, manifest, 4, "Lung_Opacity") == 1);
  CHECK(finding(config, manifest, 1, "Cardiomegaly") == 0);
  CHECK(finding(config, manifest, 1, "Edema") == 0);
  CHECK(finding(config, manifest, 3, "No_Finding") == -1); // nobody labelled this study
}

TEST_CASE("recipes: chexpert") {
  const PrepareConfig config = recipe("chexpert", {"sites.0.demographics=CHEXPERT DEMO.xlsx"});
  const Manifest manifest = read_manifest(config);
  CHECK(manifest.rows.size() == 7);
  CHECK(manifest.rows[0].record.prompt == "68 year old WHITE female. AP view. Support devices.");
  CHECK(manifest.rows[0].record.race == "WHITE");
}

TEST_CASE("recipes: nih") {
  const PrepareConfig config = recipe("nih", {});
  const Manifest manifest = read_manifest(config);
  CHECK(manifest.rows.size() == 11);
  CHECK(manifest.rows[2].record.prompt == "58 year old male. PA view. Cardiomegaly, pleural effusion.");
  CHECK(manifest.rows[4].record.split == "test");
  CHECK(finding(config, manifest, 5, "Hernia") == 1);
  CHECK(finding(config, manifest, 4, "Hernia") == 1);
  CHECK(finding(config, manifest, 3, "Hernia") == 0);
}

TEST_CASE("recipes: padchest") {
  const PrepareConfig config = recipe("padchest", {});
  const Manifest manifest = read_manifest(config);
  CHECK(manifest.rows.size() == 8);
  CHECK(finding(config, manifest, 1, "Pleural_Effusion") == 1);
  CHECK(finding(config, manifest, 0, "Fibrosis") == 1);
  CHECK(finding(config, manifest, 3, "Emphysema") == 0); // of the skin
  CHECK(finding(config, manifest, 3, "Nodule") == 0);    // a shadow like one
  CHECK(manifest.rows[2].record.prompt == "76 year old male. AP view. No finding.");
}

TEST_CASE("recipes: vindr-cxr") {
  const PrepareConfig config = recipe("vindr-cxr", {});
  const Manifest manifest = read_manifest(config);
  CHECK(manifest.rows.size() == 12);
  CHECK(finding(config, manifest, 1, "Cardiomegaly") == 1);
  CHECK(finding(config, manifest, 1, "Pleural_Effusion") == 0);
  CHECK(finding(config, manifest, 3, "Pneumothorax") == -1); // a tie
  CHECK(manifest.rows[0].record.prompt == "54 year old male. PA view. No finding.");
}

TEST_CASE("recipes: all images of the fixtures can be read, but one that is no DICOM file") {
  const std::string name = GENERATE("mimic-cxr", "chexpert", "nih", "padchest", "vindr-cxr");
  CAPTURE(name);
  PrepareConfig config = recipe(name, {});
  config.sites[0].demographics.clear();
  config.sites[0].reports.clear();
  config.sites[0].views.clear();
  std::vector<std::string> unreadable;
  for (const ManifestRow& row : read_manifest(config).rows) {
    try {
      const Image image = read_image(image_path(config, row));
      CHECK((image.width == 40 && image.height == 48));
    } catch (const DataError&) {
      unreadable.push_back(image_of(row));
    }
  }
  CHECK(unreadable == (name == "vindr-cxr" ? std::vector<std::string>{"test/0b9d1f97e4b7a3c5d8f0126b4e7a9c0b.dicom"}
                                           : std::vector<std::string>{}));
}
