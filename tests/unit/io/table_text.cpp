#include "radforge/io/csv.hpp"
#include "radforge/io/csv_reader.hpp"

#include "radforge/core/error.hpp"

#include "helpers.hpp"
#include "temp_folder.hpp"

using namespace radforge;
using Catch::Matchers::Contains;
using namespace std::string_literals;

namespace {

// "a,b\n1,2\n" and "3,4\n", by Python's gzip.
const std::string head = "\x1F"
                         "\x8B"
                         "\x08"
                         "\x00"
                         "\x00"
                         "\x00"
                         "\x00"
                         "\x00"
                         "\x02"
                         "\x03"
                         "\x4B"
                         "\xD4"
                         "\x49"
                         "\xE2"
                         "\x32"
                         "\xD4"
                         "\x31"
                         "\xE2"
                         "\x02"
                         "\x00"
                         "\x7B"
                         "\x07"
                         "\x97"
                         "\x0A"
                         "\x08"
                         "\x00"
                         "\x00"
                         "\x00"s;
const std::string tail = "\x1F"
                         "\x8B"
                         "\x08"
                         "\x00"
                         "\x00"
                         "\x00"
                         "\x00"
                         "\x00"
                         "\x02"
                         "\x03"
                         "\x33"
                         "\xD6"
                         "\x31"
                         "\xE1"
                         "\x02"
                         "\x00"
                         "\x3E"
                         "\x2D"
                         "\x72"
                         "\xA9"
                         "\x04"
                         "\x00"
                         "\x00"
                         "\x00"s;

} // namespace

TEST_CASE("table text: gzip is told by its first bytes, whatever the file's name") {
  const TempFolder folder;
  CHECK(read_table_text(put(folder / "t.csv", head)) == "a,b\n1,2\n");
  CHECK(read_table_text(put(folder / "t.csv.gz", "a,b\n")) == "a,b\n");
  CHECK(CsvTable::read(put(folder / "t", head)).cell(0, 1) == "2");
}

TEST_CASE("table text: gzip files of several members are read to the end") {
  const TempFolder folder;
  CHECK(read_table_text(put(folder / "t", head + tail)) == "a,b\n1,2\n3,4\n");
}

TEST_CASE("table text: damaged gzip files are errors that name the file") {
  const TempFolder folder;
  std::string flipped = head;
  flipped[flipped.size() - 6] ^= 1; // of the checksum
  for (const std::string& bytes :
       {head.substr(0, 2), head.substr(0, head.size() - 1), head + "x", head + tail.substr(0, 9), flipped}) {
    CAPTURE(bytes.size());
    CHECK_THAT(error_of<DataError>([&] { read_table_text(put(folder / "t.csv.gz", bytes)); }),
               Contains("t.csv.gz") && Contains("damaged gzip data"));
  }
  CHECK_THAT(error_of<IoError>([&] { read_table_text(folder / "none.csv"); }), Contains("none.csv"));
}
