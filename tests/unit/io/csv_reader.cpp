#include "radforge/io/csv_reader.hpp"

#include "radforge/core/error.hpp"

#include "helpers.hpp"
#include "temp_folder.hpp"

using namespace radforge;
using Catch::Matchers::Contains;

TEST_CASE("csv reader: one row at a time, without what the row before held") {
  CsvReader table("\xEF\xBB\xBFname,age,\r\nlong enough for the heap to hold it,57,x\r\n\r\nB,,\r\n", "t.csv");
  CHECK(table.name() == "t.csv");
  CHECK(table.columns() == std::vector<std::string>{"name", "age", ""});
  REQUIRE(table.next());
  CHECK(table.line() == 2);
  CHECK(table.cell(table.column("name")) == "long enough for the heap to hold it");
  REQUIRE(table.next());
  CHECK(table.line() == 4);
  CHECK(table.row() == std::vector<std::string>{"B", "", ""});
  CHECK_FALSE(table.next());
  CHECK_FALSE(table.next());
}

TEST_CASE("csv reader: a column may have several names, and may be missing") {
  CsvReader table("subject_id,ethnicity\n1,WHITE\n", "admissions.csv");
  CHECK(table.column_of({"race", "ethnicity"}) == 1);
  CHECK_FALSE(table.find_column("race"));
  REQUIRE(table.next());
  CHECK(table.cell(table.find_column("race")).empty());
  CHECK(table.cell(table.find_column("ethnicity")) == "WHITE");
  CHECK_THAT(error_of<DataError>([&] {
               table.column_of({"sex", "gender"});
             }),
             Contains("admissions.csv: no column 'sex' or 'gender'") && Contains("(columns: subject_id, ethnicity)"));
  CHECK_THAT(error_of<DataError>([&] { table.column("sex"); }), Contains("no column 'sex' (columns:"));
}

TEST_CASE("csv reader: a copy reads the table from the start") {
  const std::string text = "a\n1\n2\n";
  const CsvReader start(text, "t");
  CsvReader first = start;
  while (first.next()) {
  }
  CsvReader second = start;
  REQUIRE(second.next());
  CHECK(second.cell(0) == "1");
}

TEST_CASE("csv reader: a fault is found when its row is reached") {
  CsvReader table("a,b\n1,2\n3\n", "t.csv");
  CHECK(table.next());
  CHECK_THAT(error_of<DataError>([&] { table.next(); }), Contains("t.csv:3") && Contains("1 fields where the header has 2"));
  CHECK_THAT(error_of<DataError>([] { CsvReader("a\nb\xFF\n", "t.csv"); }), Contains("t.csv:2") && Contains("invalid UTF-8"));
}
