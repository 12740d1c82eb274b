#include "radforge/io/csv.hpp"

#include "radforge/core/error.hpp"

#include "helpers.hpp"
#include "temp_folder.hpp"

using namespace radforge;
using Catch::Matchers::Contains;

namespace {

std::string fault_in(std::string_view text) {
  return error_of<DataError>([&] { CsvTable::parse(text, "table.csv"); });
}

} // namespace

TEST_CASE("csv: cells, columns and lines") {
  const CsvTable table = CsvTable::parse("name,age\r\nA,1\r\nB,\r\n", "t");
  CHECK(table.columns() == std::vector<std::string>{"name", "age"});
  REQUIRE(table.num_rows() == 2);
  CHECK(table.cell(0, 0) == "A");
  CHECK(table.cell(1, table.column("age")).empty());
  CHECK(table.line(0) == 2);
  CHECK(table.line(1) == 3);
}

TEST_CASE("csv: quoted fields hold commas, quotes and line breaks, and lines are still counted") {
  const CsvTable table = CsvTable::parse("a,b\n\"x, \"\"y\"\"\",\"one\r\ntwo\nthree\"\nlast,\"\"\n", "t");
  REQUIRE(table.num_rows() == 2);
  CHECK(table.cell(0, 0) == "x, \"y\"");
  CHECK(table.cell(0, 1) == "one\r\ntwo\nthree");
  CHECK(table.line(0) == 2);
  CHECK(table.line(1) == 5);
  CHECK(table.cell(1, 1).empty());
}

TEST_CASE("csv: byte-order mark, CR alone, blank lines and a missing last line break") {
  const CsvTable table = CsvTable::parse("\xEF\xBB\xBF"
                                         "a,b\r1,2\r\r\n\n3,4",
                                         "t");
  CHECK(table.find_column("a") == 0U);
  REQUIRE(table.num_rows() == 2);
  CHECK(table.cell(1, 1) == "4");
  CHECK(table.line(1) == 5);
}

TEST_CASE("csv: a header alone is a table without rows") { CHECK(CsvTable::parse("a,b\n", "t").num_rows() == 0); }

TEST_CASE("csv: columns without a name are kept but not found") {
  const CsvTable table = CsvTable::parse(",a,\n1,2,3\n", "t");
  CHECK(table.columns().size() == 3);
  CHECK_FALSE(table.find_column(""));
  CHECK(table.cell(0, 2) == "3");
}

TEST_CASE("csv: a missing column is named together with those there are") {
  const CsvTable table = CsvTable::parse("sex,age\n", "nih.csv");
  CHECK_FALSE(table.find_column("race"));
  const std::string message = error_of<DataError>([&] { table.column("race"); });
  CHECK_THAT(message, Contains("nih.csv") && Contains("'race'") && Contains("sex, age"));
}

TEST_CASE("csv: faults name file and line") {
  CHECK_THAT(fault_in(""), Contains("table.csv") && Contains("no header"));
  CHECK_THAT(fault_in("\n\r\n"), Contains("no header"));
  CHECK_THAT(fault_in("\na,b,a\n"), Contains("table.csv:2") && Contains("duplicate column 'a'"));
  CHECK_THAT(fault_in("a,b\n1,2\n1,2,3\n"), Contains("table.csv:3") && Contains("3 fields where the header has 2"));
  CHECK_THAT(fault_in("a,b\n\"1\n2\",2\n1\n"), Contains("table.csv:4") && Contains("1 fields"));
  CHECK_THAT(fault_in("a,b\n1,\"2\n3\n"), Contains("table.csv:2") && Contains("unterminated quote"));
  CHECK_THAT(fault_in("a,b\n1,2\"3\n"), Contains("table.csv:2") && Contains("quote in an unquoted field"));
  CHECK_THAT(fault_in("a,b\n\"1\"x,2\n"), Contains("table.csv:2") && Contains("text after a closing quote"));
}

TEST_CASE("csv: text that is not UTF-8 is refused where it is") {
  const char* bad[] = {
      "\x80", "\xC3",     "\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80",
      "\xFF", "\xE2\x82", "\xC3\x28"};
  for (const char* bytes : bad) {
    CHECK_THAT(fault_in(std::string("a\nx\n") + bytes + "\n"), Contains("table.csv:3") && Contains("invalid UTF-8"));
  }
  const CsvTable table = CsvTable::parse("a\n\u00e9\u20ac\U0001F600\uD7FF\n", "t");
  CHECK(table.cell(0, 0) == "\u00e9\u20ac\U0001F600\uD7FF");
}

TEST_CASE("csv: a field survives writing and reading") {
  CHECK(csv_field("plain text") == "plain text");
  CHECK(csv_field("a,b") == "\"a,b\"");
  CHECK(csv_text("=cmd|' /C calc'!A0") == "'=cmd|' /C calc'!A0");
  CHECK(csv_text("@SUM(1,2)") == "\"'@SUM(1,2)\"");
  CHECK(csv_text("+ fluid") == "'+ fluid");
  CHECK(csv_text("\tnothing") == "'\tnothing");
  CHECK(csv_text("-12.5") == "-12.5");
  CHECK(csv_text("=") == "'=");
  CHECK(csv_text("a=b").size() == 3);
  CHECK(csv_text("").empty());
  for (const char* text : {"", "a\"b", "\"", "a\nb", "a\r\nb", ",", " x "}) {
    const CsvTable table = CsvTable::parse("a,b\n" + csv_field(text) + ",1\n", "t");
    CHECK(table.cell(0, 0) == text);
  }
}

TEST_CASE("csv: a file is read, a missing one is an IoError that names it") {
  const TempFolder folder;
  CHECK(CsvTable::read(put(folder / "t.csv", "a\n1\n")).num_rows() == 1);
  CHECK_THAT(error_of<IoError>([&] { CsvTable::read(folder / "none.csv"); }), Contains("none.csv"));
}
