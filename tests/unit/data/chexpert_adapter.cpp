#include "../../../src/data/chexpert_adapter.hpp"

#include "radforge/core/error.hpp"

#include "provider_fixture.hpp"

using namespace radforge;
using Catch::Matchers::Contains;

namespace {

const std::string header = "Path,Sex,Age,Frontal/Lateral,AP/PA,No Finding,Edema\n";

} // namespace

TEST_CASE("chexpert: bad rows are kept, and what is unknown is counted") {
  SiteConfig site = provider_site("chexpert", "chexpert");
  site.demographics = site.root + "/CHEXPERT DEMO.xlsx";
  const SiteTable table = read_chexpert_site(site);
  CHECK(rejections_of(table) ==
        std::vector<std::string>{"12 duplicate image", "13 bad label: \"2.0\" in Edema (1, 0, -1 or nothing)",
                                 "14 no patient in the path", "15 unknown sex code: \"Martian\" (M, F or nothing)"});
  CHECK(table.notes == Notes{{"age unknown", 1}, {"race unknown", 5}, {"sex unknown", 1}, {"view unknown", 1}});
  CHECK(table.labels.size() == 14);
}

TEST_CASE("chexpert: the tables that are there, each a split") {
  const ProviderFolder folder("chexpert");
  folder.put("train.csv", header + "CheXpert-v1.0/train/patient00001/study1/a.jpg,Male,121,Frontal,PA,,1.0\n");
  folder.put("test.csv", "Path,Sex,Age,Frontal/Lateral,AP/PA,Edema\ntest/patient00002/study1/b.jpg,Male,90,Lateral,,-1.0\n");
  const SiteTable table = read_chexpert_site(folder.config());
  REQUIRE(table.rows.size() == 2);
  CHECK(table.rows[0].split == "train");
  CHECK(table.rows[0].image == "train/patient00001/study1/a.jpg");
  CHECK(table.rows[0].age == -1);
  CHECK(table.rows[1].split == "test");
  CHECK(table.rows[1].image == "test/patient00002/study1/b.jpg");
  CHECK(table.rows[1].view == "LATERAL");
  CHECK(label_of(table, 1, "Edema") == LabelState::uncertain);
  CHECK(label_of(table, 1, "No Finding") == LabelState::unmentioned);
  CHECK(table.notes == Notes{{"age out of range", 1}, {"age unknown", 1}});
}

TEST_CASE("chexpert: demographics that are not there, or lack a column, are errors") {
  const ProviderFolder folder("chexpert");
  folder.put("train.csv", header);
  SiteConfig site = folder.config();
  site.demographics = folder.path("demo.csv");
  CHECK_THROWS_AS(read_chexpert_site(site), ConfigError);
  CHECK_THROWS_WITH(read_chexpert_site(site), Contains("demo.csv") && Contains("sites.demographics"));
  folder.put("demo.csv", "PATIENT,PRIMARY_RACE\npatient00001,White\n");
  CHECK_THROWS_AS(read_chexpert_site(site), DataError);
  CHECK_THROWS_WITH(read_chexpert_site(site), Contains("no column 'ETHNICITY'"));
  folder.put("demo.csv", "PATIENT,PRIMARY_RACE,ETHNICITY\n42,White,Unknown\n");
  CHECK_THROWS_AS(read_chexpert_site(site), DataError);
  CHECK_THROWS_WITH(read_chexpert_site(site), Contains("no row names a patient as \"patient00042\""));
}
