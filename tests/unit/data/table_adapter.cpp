#include "../../../src/data/table_adapter.hpp"

#include "radforge/core/error.hpp"

#include "provider_fixture.hpp"

using namespace radforge;
using Catch::Matchers::Contains;

TEST_CASE("table: each bad row of the fixture is kept with line and reason") {
  const SiteTable table = read_table_site(provider_site("table", "table"));
  CHECK(rejections_of(table) ==
        std::vector<std::string>{"7 duplicate image", "8 image outside the site's folder", "9 no patient named",
                                 "10 unknown sex code: \"X\" (M, F or nothing)", "11 bad age: \"414\" (years from 0 to 120)",
                                 "12 age and age group disagree: 30 and \"80+\"",
                                 "13 unknown split: \"holdout\" (train, validation, test or nothing)", "14 no image named"});
  CHECK(table.rejections[1].image == "../d.png");
  CHECK(table.rejections[1].site == "s");
  CHECK(table.rows[2].age_group == "80+");
  CHECK(table.rows[1].age_group == "40-59");
}

TEST_CASE("table: labels are the columns that hold nothing but label values") {
  const ProviderFolder folder("table");
  folder.put("metadata.csv", "image,patient_id,A,B,C,D,E,location\n"
                             "a,1,1,1.0,,0,2,here\n"
                             "b,1,0,-1.0,,1,3,\n"
                             "c,1,-1,,,maybe,1,\n"
                             "d,1,,0.0,,1,7,\n");
  const SiteTable table = read_table_site(folder.config());
  CHECK(table.labels == std::vector<std::string>{"A", "B", "C"});
  REQUIRE(table.rows.size() == 4);
  CHECK(label_of(table, 0, "A") == LabelState::present);
  CHECK(label_of(table, 1, "A") == LabelState::absent);
  CHECK(label_of(table, 2, "A") == LabelState::uncertain);
  CHECK(label_of(table, 3, "A") == LabelState::unmentioned);
  CHECK(label_of(table, 0, "B") == LabelState::present);
  CHECK(label_of(table, 1, "B") == LabelState::uncertain);
  CHECK(label_of(table, 3, "C") == LabelState::unmentioned);
  CHECK(table.notes == Notes{{"age unknown", 4},
                             {"column D not taken for a label, it holds \"maybe\" on line 4", 1},
                             {"sex unknown", 4},
                             {"view unknown", 4}});
}

TEST_CASE("table: byte-order mark, CRLF, quotes and the provider's columns in any order") {
  const SiteTable table = read_table_site(provider_site("table", "table"));
  CHECK(table.labels == std::vector<std::string>{"Effusion", "No_Finding", "Mass"});
  CHECK(table.rows[0].report == "Small \"effusion\", left.");
  CHECK(table.rows[1].line == 4); // the first row has a line break in quotes
  CHECK(table.rows[2].image == "images/c.png");
  CHECK(table.notes.at("column Remarks not taken for a label, it holds \"seen by \u03A9\" on line 5") == 1);
}

TEST_CASE("table: image and patient are all that a table must have") {
  const ProviderFolder folder("table");
  folder.put("metadata.csv", "patient_id,image\n1,a\n");
  const SiteTable table = read_table_site(folder.config());
  CHECK(table.labels.empty());
  CHECK(table.rows.at(0).labels.empty());
  CHECK(table.rows.at(0).split.empty());
}

TEST_CASE("table: columns that have other names are named by the configuration") {
  const ProviderFolder folder("table");
  folder.put("metadata.csv", "Path,Subject,Gender,Years,Pleural Effusion,sex\n"
                             "a.png,p1,Female,44,1,1\n"
                             "b.png,p2,Male,,0,0\n");
  SiteConfig site = folder.config();
  site.columns = {"image=Path", "patient_id=Subject", "sex=Gender", "age=Years", "Effusion=Pleural Effusion"};
  const SiteTable table = read_table_site(site);
  CHECK(table.labels == std::vector<std::string>{"Effusion"});
  REQUIRE(table.rows.size() == 2);
  CHECK(table.rows[0].image == "a.png");
  CHECK(table.rows[0].patient == "p1");
  CHECK(table.rows[0].sex == "F");
  CHECK(table.rows[0].age == 44);
  CHECK(label_of(table, 0, "Effusion") == LabelState::present);
  site.columns = {"image=Path", "patient_id=Subject", "view=Projection"};
  CHECK_THROWS_AS(read_table_site(site), DataError);
  CHECK_THROWS_WITH(read_table_site(site), Contains("Projection") && Contains("Gender"));
}

TEST_CASE("table: a column that the configuration names and that holds no labels is an error with the cell") {
  const ProviderFolder folder("table");
  folder.put("metadata.csv", "image,patient_id,Pleural Effusion\na.png,p1,1\nb.png,p2,maybe\n");
  SiteConfig site = folder.config();
  CHECK(read_table_site(site).labels.empty());
  site.columns = {"Effusion=Pleural Effusion"};
  CHECK_THROWS_AS(read_table_site(site), DataError);
  CHECK_THROWS_WITH(read_table_site(site), Contains("Pleural Effusion") && Contains("\"maybe\" on line 3"));
}
