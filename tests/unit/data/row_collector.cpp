#include "../../../src/data/row_collector.hpp"

#include "../../../src/data/cell_text.hpp"

#include "provider_fixture.hpp"

using namespace radforge;

namespace {

auto patient(const std::string& name) {
  return [name](SiteRow& row) { row.patient = name; };
}

} // namespace

TEST_CASE("collector: rows in order, with all labels unmentioned until said") {
  RowCollector rows("s", {"A", "B"});
  rows.add(2, "x/./a.png", patient("1"));
  rows.add(3, "b.png", [](SiteRow& row) {
    row.patient = "2";
    row.age = 57;
    row.labels[1] = LabelState::present;
  });
  const SiteTable table = rows.finish();
  REQUIRE(table.rows.size() == 2);
  CHECK(table.rows[0].line == 2);
  CHECK(table.rows[0].image == "x/a.png");
  CHECK(table.rows[0].labels == std::vector<LabelState>(2, LabelState::unmentioned));
  CHECK(table.rows[0].age_group.empty());
  CHECK(table.rows[1].age_group == "40-59");
  CHECK(table.rows[1].labels[1] == LabelState::present);
}

TEST_CASE("collector: a row is rejected with what was thrown, for its patient, or as a duplicate of a row that was taken") {
  RowCollector rows("s", {});
  rows.add(2, "a.png", [](SiteRow&) { throw BadRow{"bad: this"}; });
  rows.add(3, "a.png", patient(""));
  rows.add(4, "a.png", patient("1"));
  rows.add(5, "./a.png", patient("1"));
  rows.add(6, "b.png", [](SiteRow&) { throw BadRow{"left out", Rejection::Kind::choice}; });
  rows.add(7, "../b.png", patient("1"));
  rows.reject(8, "c.png", "broken");
  const SiteTable table = rows.finish();
  CHECK(table.rows.size() == 1);
  CHECK(rejections_of(table) == std::vector<std::string>{"2 bad: this", "3 no patient named", "5 duplicate image", "6* left out",
                                                         "7 image outside the site's folder", "8 broken"});
}

TEST_CASE("collector: notes count the rows that are taken") {
  RowCollector rows("s", {});
  const auto with_note = [&](const std::string& name) {
    return [&rows, name](SiteRow& row) {
      row.patient = name;
      row.sex = "F";
      row.race = name == "1" ? "WHITE" : "";
      rows.note("report missing");
    };
  };
  rows.add(2, "a.png", with_note("1"));
  rows.add(3, "a.png", with_note("1")); // again
  rows.add(4, "b.png", with_note(""));
  rows.add(5, "c.png", with_note("2"));
  rows.note("column x", 7);
  CHECK(rows.finish().notes ==
        Notes{{"age unknown", 2}, {"column x", 7}, {"race unknown", 1}, {"report missing", 2}, {"view unknown", 2}});
}
