#include "../../../src/data/mimic_cxr_adapter.hpp"

#include "radforge/core/error.hpp"

#include "provider_fixture.hpp"

using namespace radforge;
using Catch::Matchers::Contains;

namespace {

SiteConfig mimic_site() {
  SiteConfig site = provider_site("mimic-cxr", "mimic-cxr");
  site.demographics = site.root + "/demographics";
  site.reports = site.root + "/reports";
  return site;
}

} // namespace

TEST_CASE("mimic-cxr: bad rows are kept, and what is missing is counted") {
  const SiteTable table = read_mimic_cxr_site(mimic_site());
  CHECK(rejections_of(table) == std::vector<std::string>{"14 duplicate image", "18 bad subject number: \"1000064x\""});
  CHECK(table.rows.size() == 15);
  CHECK(table.notes == Notes{{"age out of range", 1},
                             {"age unknown", 3},
                             {"labels missing", 1},
                             {"race unknown", 3},
                             {"report missing", 2},
                             {"report truncated", 2},
                             {"report without impression and findings", 1},
                             {"sex unknown", 1},
                             {"split missing", 1},
                             {"view unknown", 1}});
}

TEST_CASE("mimic-cxr: without demographics and reports nothing is known of them, and nothing is looked for") {
  SiteConfig site = mimic_site();
  site.demographics.clear();
  site.reports.clear();
  const SiteTable table = read_mimic_cxr_site(site);
  REQUIRE(table.rows.size() == 15);
  for (const SiteRow& row : table.rows) {
    CHECK((row.sex.empty() && row.age == -1 && row.race.empty() && row.report.empty()));
  }
  CHECK_FALSE(table.notes.contains("report missing"));
  CHECK_FALSE(table.notes.contains("race unknown"));
}

TEST_CASE("mimic-cxr: folders that are not there are errors that name the setting") {
  SiteConfig site = mimic_site();
  site.demographics += "-none";
  CHECK_THROWS_AS(read_mimic_cxr_site(site), ConfigError);
  CHECK_THROWS_WITH(read_mimic_cxr_site(site), Contains("sites.demographics") && Contains("demographics-none"));
  site = mimic_site();
  site.reports += "-none";
  CHECK_THROWS_AS(read_mimic_cxr_site(site), ConfigError);
  CHECK_THROWS_WITH(read_mimic_cxr_site(site), Contains("sites.reports"));
  site = mimic_site();
  site.demographics = site.reports; // a folder without the tables
  CHECK_THROWS_AS(read_mimic_cxr_site(site), DataError);
  CHECK_THROWS_WITH(read_mimic_cxr_site(site), Contains("no table patients.csv"));
}
