#include "radforge/report/table.hpp"

#include <catch2/catch.hpp>

#include <cmath>

using namespace radforge;

TEST_CASE("cells are rounded to be read, and full in files") {
  CHECK(number_cell("0.93014705").text == "0.930");
  CHECK(number_cell("0.93014705").in_full() == "0.93014705");
  CHECK(number_cell("0.00002", 4).text == "2e-05");
  CHECK(number_cell("12345678.9").text == "1.23e+07");
  CHECK(number_cell("").text == "–");
  CHECK(number_cell("").in_full().empty());
  CHECK(number_cell(std::nan("")).in_full().empty());
  CHECK(interval_cell("0.5", "0.25", "0.75").text == "0.500 (0.250 to 0.750)");
  CHECK(interval_cell("0.5", "", "").text == "0.500");
  CHECK(interval_cell("0.002", "0.0004", "0.03").text == "0.002 (0.000 to 0.030)");
  CHECK(interval_cell("0.0002", "0.0001", "0.03").text == "0.0002 (0.0001 to 0.03)");
  CHECK(interval_cell("", "0.25", "0.75").text == "–");
  CHECK(std::isnan(number_of("0.5x")));
  CHECK(number_of("-2e3") == -2000);
}

TEST_CASE("a table is CSV with every number in full, and no formula") {
  Table table{"t", "a table", {"name", "value, of"}};
  table.rows = {{"one", number_cell("0.123456789")},
                {"=SUM(A1)", "a \"b\""},
                {"none", number_cell("")},
                {"less", interval_cell("-0.5", "-1.5", "-0.25")}};
  CHECK(csv_of(table) == "name,\"value, of\"\none,0.123456789\n'=SUM(A1),\"a \"\"b\"\"\"\nnone,\nless,-0.5 (-1.5 to -0.25)\n");
}
