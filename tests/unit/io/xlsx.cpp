#include "../../../src/io/xlsx.hpp"

#include "radforge/core/error.hpp"
#include "radforge/io/csv.hpp"

#include "helpers.hpp"
#include "temp_folder.hpp"

using namespace radforge;
using Catch::Matchers::Contains;

namespace {

std::filesystem::path workbook(const char* name) { return std::filesystem::path(RADFORGE_GOLDEN_DIR) / "data" / name; }

} // namespace

TEST_CASE("xlsx: a sheet by openpyxl is the table that it was made from") {
  const CsvTable sheet = CsvTable::read(workbook("chexpert/CHEXPERT DEMO.xlsx"));
  const CsvTable table = CsvTable::read(workbook("chexpert/CHEXPERT DEMO.csv"));
  REQUIRE(sheet.columns() == table.columns());
  REQUIRE(sheet.num_rows() == table.num_rows());
  for (std::size_t row = 0; row < table.num_rows(); ++row) {
    for (std::size_t column = 0; column < table.columns().size(); ++column) {
      CHECK(sheet.cell(row, column) == table.cell(row, column));
    }
    CHECK(sheet.line(row) == table.line(row));
  }
}

TEST_CASE("xlsx: text in place, text in pieces, gaps between cells and rows, and the first sheet by its relation") {
  CHECK(xlsx_to_csv(workbook("workbook/odd.xlsx")) == "name,age,,sum\n\"two fonts, & a \"\"\",57.5,,\n\n\n,,,1\n");
}

TEST_CASE("xlsx: what is no workbook is an error that names the file") {
  const TempFolder folder;
  const std::string whole = read_file(workbook("workbook/odd.xlsx"));
  CHECK_THAT(error_of<DataError>([&] { xlsx_to_csv(put(folder / "a.xlsx", "PK\x03\x04 and no more")); }),
             Contains("a.xlsx") && Contains("no zip archive"));
  CHECK_THAT(error_of<DataError>([&] { CsvTable::read(put(folder / "b.xlsx", whole.substr(0, whole.size() / 2))); }),
             Contains("b.xlsx") && Contains("not a readable workbook"));
  std::string other = whole; // another name in the archive's list, at its end
  const std::size_t name = other.rfind("xl/workbook.xml");
  other.replace(name, 3, "xx/");
  CHECK_THAT(error_of<DataError>([&] { xlsx_to_csv(put(folder / "c.xlsx", other)); }), Contains("c.xlsx"));
  CHECK_FALSE(is_zip("a,b\n"));
}
