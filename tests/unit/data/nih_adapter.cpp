#include "../../../src/data/nih_adapter.hpp"

#include "provider_fixture.hpp"

using namespace radforge;
using Catch::Matchers::Contains;

namespace {

const std::string header = "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Sex,View Position\n";

} // namespace

TEST_CASE("nih: names are matched whole, and bad rows are kept") {
  const SiteTable table = read_nih_site(provider_site("nih", "nih"));
  CHECK(rejections_of(table) == std::vector<std::string>{"13 unknown finding: \"Infiltrate\"",
                                                         "14 unknown finding: \"Mass of unknown kind\"", "15 duplicate image",
                                                         "16 unknown finding: \"\""});
  CHECK(table.notes == Notes{{"in neither list of the official split", 1}});
  CHECK(table.labels.size() == 15);
}

TEST_CASE("nih: the first release's ages, of which some cannot be") {
  const SiteTable table = read_nih_site(provider_site("nih-2017", "nih"));
  REQUIRE(table.rows.size() == 8);
  CHECK(table.notes == Notes{{"age out of range", 2}, {"age unknown", 2}});
  CHECK(table.rows[0].age == 58);
  CHECK(table.rows[3].age == -1);
  CHECK(table.rows[4].age == Approx(0.75));
  CHECK(table.rows[4].age_group == "0-17");
}

TEST_CASE("nih: the newer table is taken, images are found in the archives' folders, or left in images") {
  const ProviderFolder folder("nih");
  folder.put("Data_Entry_2017.csv", header + "a.png,Mass,0,1,414,M,PA\n");
  folder.put("Data_Entry_2017_v2020.csv",
             header + "a.png,Mass,0,1,14,M,PA\nb.png,Mass,0,x1,14,M,PA\nc.png,Edema|Edema,0,2,,F,\n");
  folder.put("images_007/images/a.png", "");
  const SiteTable table = read_nih_site(folder.config());
  CHECK(rejections_of(table) == std::vector<std::string>{"3 bad patient number: \"x1\""});
  REQUIRE(table.rows.size() == 2);
  CHECK(table.rows[0].image == "images_007/images/a.png");
  CHECK(table.rows[0].patient == "00000001");
  CHECK(table.rows[0].age == 14);
  CHECK(table.rows[0].split.empty());
  CHECK(table.rows[1].image == "images/c.png");
  CHECK(label_of(table, 1, "Edema") == LabelState::present);
  CHECK(table.notes == Notes{{"age unknown", 1}, {"view unknown", 1}});
}
