#include "../../../src/data/site_table.hpp"

#include "radforge/core/error.hpp"
#include "radforge/io/csv.hpp"

#include "provider_fixture.hpp"

using namespace radforge;
using Catch::Matchers::Contains;

namespace {

/// A collection and what pandas makes of it (tools/golden/data_tables.py).
struct Golden {
  const char* folder;
  const char* adapter;
  const char* expected;
  void (*choose)(SiteConfig&);
};

const char* text_of(LabelState state) {
  switch (state) {
  case LabelState::absent:
    return "0";
  case LabelState::present:
    return "1";
  case LabelState::uncertain:
    return "u";
  case LabelState::unmentioned:
    return "";
  }
  return "?";
}

void compare_row(const SiteRow& row, const std::vector<std::string>& labels, const CsvTable& expected, std::size_t line) {
  CAPTURE(row.image, row.line);
  const auto cell = [&](const std::string& column) { return expected.cell(line, expected.column(column)); };
  CHECK(row.image == cell("image"));
  CHECK(row.patient == cell("patient"));
  CHECK(row.sex == cell("sex"));
  CHECK(row.age == (cell("age").empty() ? Approx(-1) : Approx(std::stof(cell("age"))).margin(1e-4)));
  CHECK(row.view == cell("view"));
  CHECK(row.race == cell("race"));
  CHECK(row.split == cell("split"));
  CHECK(row.report == cell("report"));
  REQUIRE((row.labels.empty() || row.labels.size() == labels.size()));
  for (std::size_t i = 0; i < labels.size(); ++i) {
    CAPTURE(labels[i]);
    CHECK(text_of(row.labels.empty() ? LabelState::unmentioned : row.labels[i]) == cell(labels[i]));
  }
}

constexpr std::size_t num_other_columns = 8; // image ... report

} // namespace

TEST_CASE("every site's rows equal, one by one, an independent reading of its tables") {
  const Golden golden = GENERATE(
      Golden{"mimic-cxr", "mimic-cxr", "expected.csv", [](SiteConfig& s) { s.demographics = s.root + "/demographics"; }},
      Golden{"mimic-cxr", "mimic-cxr", "expected-negbio.csv",
             [](SiteConfig& s) {
               s.demographics = s.root + "/demographics-v1";
               s.labeler = "negbio";
             }},
      Golden{"chexpert", "chexpert", "expected.csv", [](SiteConfig& s) { s.demographics = s.root + "/CHEXPERT DEMO.xlsx"; }},
      Golden{"chexpert", "chexpert", "expected.csv", [](SiteConfig& s) { s.demographics = s.root + "/CHEXPERT DEMO.csv"; }},
      Golden{"nih", "nih", "expected.csv", [](SiteConfig&) {}}, Golden{"nih-2017", "nih", "expected.csv", [](SiteConfig&) {}},
      Golden{"padchest", "padchest", "expected.csv", [](SiteConfig&) {}},
      Golden{"padchest", "padchest", "expected-physician.csv", [](SiteConfig& s) { s.label_method = "physician"; }},
      Golden{"vindr-cxr", "vindr-cxr", "expected.csv", [](SiteConfig&) {}},
      Golden{"vindr-cxr", "vindr-cxr", "expected-any.csv", [](SiteConfig& s) { s.readers = "any"; }},
      Golden{"table", "table", "expected.csv", [](SiteConfig&) {}});
  CAPTURE(golden.folder, golden.expected);
  SiteConfig site = provider_site(golden.folder, golden.adapter);
  golden.choose(site);
  if (std::string_view(golden.adapter) == "mimic-cxr") {
    site.reports = site.root + "/reports";
  }
  const SiteTable table = read_site(site);
  const CsvTable expected = CsvTable::read(std::filesystem::path(site.root) / golden.expected);
  CHECK(std::is_permutation(table.labels.begin(), table.labels.end(), expected.columns().begin() + num_other_columns,
                            expected.columns().end()));
  REQUIRE(table.rows.size() == expected.num_rows());
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    compare_row(table.rows[row], table.labels, expected, row);
  }
}

TEST_CASE("a folder that is not there is an error that names the site") {
  SiteConfig site = provider_site("nih", GENERATE("table", "mimic-cxr", "chexpert", "nih", "padchest", "vindr-cxr"));
  site.root += "-none";
  CHECK_THROWS_AS(read_site(site), ConfigError);
  CHECK_THROWS_WITH(read_site(site), Contains("site s: no folder") && Contains("-none"));
}

TEST_CASE("a missing table is named with the folder and the adapter that looked for it") {
  const auto [adapter, name] = GENERATE(table<const char*, const char*>({
      {"mimic-cxr", "mimic-cxr-2.0.0-chexpert.csv"},
      {"chexpert", "train.csv"},
      {"nih", "Data_Entry_2017_v2020.csv or Data_Entry_2017.csv"},
      {"padchest", "PADCHEST_chest_x_ray_images_labels_160K_01.02.19.csv"},
      {"vindr-cxr", "image_labels_train.csv"},
  }));
  const ProviderFolder folder(adapter);
  CHECK_THROWS_AS(read_site(folder.config()), DataError);
  CHECK_THROWS_WITH(read_site(folder.config()), Contains(name) && Contains(adapter) && Contains(folder.config().root));
}

TEST_CASE("a missing column is named with the table and the columns that it has") {
  const auto [adapter, file, column] = GENERATE(table<const char*, const char*, const char*>({
      {"table", "metadata.csv", "image"},
      {"chexpert", "train.csv", "Path"},
      {"nih", "Data_Entry_2017.csv", "Image Index"},
      {"padchest", "PADCHEST_chest_x_ray_images_labels_160K_01.02.19.csv", "ImageID"},
      {"vindr-cxr", "annotations/image_labels_train.csv", "image_id"},
      {"mimic-cxr", "mimic-cxr-2.0.0-chexpert.csv", "subject_id"},
  }));
  const ProviderFolder folder(adapter);
  folder.put(file, "unexpected,other\n1,2\n");
  CHECK_THROWS_AS(read_site(folder.config()), DataError);
  CHECK_THROWS_WITH(read_site(folder.config()),
                    Contains(file) && Contains(std::string("no column '") + column + "'") && Contains("unexpected, other"));
}

TEST_CASE("text that is not UTF-8 is an error of the table") {
  const ProviderFolder folder("table");
  folder.put("metadata.csv", "image,patient_id\na.png,M\xFCller\n");
  CHECK_THROWS_WITH(read_site(folder.config()), Contains("metadata.csv:2: invalid UTF-8"));
}
