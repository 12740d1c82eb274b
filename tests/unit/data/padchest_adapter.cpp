#include "../../../src/data/padchest_adapter.hpp"

#include "provider_fixture.hpp"

using namespace radforge;

TEST_CASE("padchest: rows that speak of no finding in the image go by choice, broken ones by fault") {
  const SiteTable table = read_padchest_site(provider_site("padchest", "padchest"));
  CHECK(rejections_of(table) == std::vector<std::string>{"12* labelled unchanged", "13* labelled exclude",
                                                         "14* projection excluded", "16 bad list of labels: ['normal'",
                                                         "17 duplicate image", "18 no image named"});
  CHECK(table.notes ==
        Notes{{"age out of range", 1}, {"age unknown", 2}, {"no labels", 3}, {"sex unknown", 3}, {"view unknown", 1}});
}

TEST_CASE("padchest: terms are matched whole; those of rows not taken are labels too") {
  const SiteTable table = read_padchest_site(provider_site("padchest", "padchest"));
  CHECK(std::is_sorted(table.labels.begin(), table.labels.end()));
  CHECK(std::find(table.labels.begin(), table.labels.end(), "exclude") == table.labels.end());
  CHECK(std::find(table.labels.begin(), table.labels.end(), "unchanged") == table.labels.end());
  CHECK(label_of(table, 4, "subcutaneous emphysema") == LabelState::present);
  CHECK(label_of(table, 4, "emphysema") == LabelState::absent);
  CHECK(label_of(table, 4, "pseudonodule") == LabelState::present);
  CHECK(label_of(table, 4, "nodule") == LabelState::absent);
  CHECK(label_of(table, 2, "pleural effusion") == LabelState::present);
  CHECK(table.rows.at(7).labels.empty());
  CHECK(label_of(table, 0, "cardiomegaly") == LabelState::absent);
}

TEST_CASE("padchest: labels by the model alone can be left out") {
  SiteConfig site = provider_site("padchest", "padchest");
  site.label_method = "physician";
  const SiteTable table = read_padchest_site(site);
  const std::vector<std::string> rejections = rejections_of(table);
  CHECK(std::count(rejections.begin(), rejections.end(), "5* label method not wanted: RNN_model") == 1);
  CHECK(table.rows.size() == 8);
}
