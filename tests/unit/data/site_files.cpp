#include "../../../src/data/site_files.hpp"

#include "radforge/core/error.hpp"

#include "provider_fixture.hpp"

using namespace radforge;
using Catch::Matchers::Contains;

TEST_CASE("a table is found as it is before one with .gz, and by its first name before its others") {
  const ProviderFolder folder("nih");
  const SiteConfig site = folder.config();
  folder.put("b.csv.gz", "");
  CHECK(find_table(site, site.root, {"a.csv", "b.csv"}) == folder.path("b.csv.gz"));
  CHECK(has_table(site.root, "b.csv"));
  CHECK_FALSE(has_table(site.root, "a.csv"));
  folder.put("b.csv", "");
  CHECK(find_table(site, site.root, {"a.csv", "b.csv"}) == folder.path("b.csv"));
  folder.put("a.csv.gz", "");
  CHECK(find_table(site, site.root, {"a.csv", "b.csv"}) == folder.path("a.csv.gz"));
  CHECK_THROWS_AS(find_table(site, site.root, {"c.csv"}), DataError);
  CHECK_THROWS_WITH(find_table(site, site.root, {"c.csv", "d.csv"}), Contains("site s") && Contains("c.csv or d.csv"));
}

TEST_CASE("keys are whole numbers, and columns can be left out") {
  CsvReader table("id,A,,B\n7,1,x,2\n7.5,1,x,2\n", "t.csv");
  CHECK(columns_except(table, {"id"}) == std::vector<std::string>{"A", "B"});
  REQUIRE(table.next());
  CHECK(number_in(table, 0) == 7);
  REQUIRE(table.next());
  CHECK_THROWS_AS(number_in(table, 0), DataError);
  CHECK_THROWS_WITH(number_in(table, 0), Contains("t.csv:3: \"7.5\" in id"));
}
