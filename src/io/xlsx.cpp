#include "xlsx.hpp"

#include "radforge/core/error.hpp"
#include "radforge/io/csv.hpp"

#include <pugixml.hpp>
#include <zip.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <vector>

namespace radforge {
namespace {

constexpr std::size_t max_part_bytes = std::size_t{128} << 20;
constexpr std::size_t max_cells = std::size_t{64} << 20;
constexpr std::size_t max_columns = 16'384; // of the format: column XFD
constexpr std::size_t max_rows = 1'048'576;

using Row = std::map<std::size_t, std::string>; // by column, from 0

/// The parts of a workbook: XML files in a zip archive.
class Archive {
 public:
  explicit Archive(const std::filesystem::path& path)
      : name_(path.string()), archive_(zip_open(name_.c_str(), ZIP_RDONLY, nullptr), zip_discard) {
    if (archive_ == nullptr) {
      fail("no zip archive");
    }
  }

  [[noreturn]] void fail(const std::string& why) const {
    throw DataError("{}: not a readable workbook ({}); save the sheet as CSV, or repeat the download", name_, why);
  }

  bool has(const std::string& part) const { return zip_name_locate(archive_.get(), part.c_str(), 0) >= 0; }

  pugi::xml_document read(const std::string& part) const {
    zip_stat_t stat;
    if (zip_stat(archive_.get(), part.c_str(), 0, &stat) != 0 || (stat.valid & ZIP_STAT_SIZE) == 0 ||
        stat.size > max_part_bytes) {
      fail("no " + part);
    }
    const std::unique_ptr<zip_file_t, decltype(&zip_fclose)> file(zip_fopen(archive_.get(), part.c_str(), 0), zip_fclose);
    std::string text(stat.size, '\0');
    if (file == nullptr || zip_fread(file.get(), text.data(), stat.size) != static_cast<zip_int64_t>(stat.size)) {
      fail("damaged " + part);
    }
    pugi::xml_document document;
    if (!document.load_buffer(text.data(), text.size(), pugi::parse_default | pugi::parse_ws_pcdata_single)) {
      fail("damaged " + part);
    }
    return document;
  }

 private:
  std::string name_;
  std::unique_ptr<zip_t, decltype(&zip_discard)> archive_;
};

/// Name of the first sheet's part.
std::string first_sheet(const Archive& archive) {
  const pugi::xml_document workbook = archive.read("xl/workbook.xml");
  const std::string id = workbook.child("workbook").child("sheets").child("sheet").attribute("r:id").value();
  const pugi::xml_document relations = archive.read("xl/_rels/workbook.xml.rels");
  const std::string target =
      relations.child("Relationships").find_child_by_attribute("Relationship", "Id", id.c_str()).attribute("Target").value();
  return target.starts_with('/') ? target.substr(1) : "xl/" + target;
}

/// The text of a string item: one piece, or several with their own fonts.
std::string text_of(const pugi::xml_node& item) {
  std::string text = item.child("t").text().get();
  for (const pugi::xml_node& run : item.children("r")) {
    text += run.child("t").text().get();
  }
  return text;
}

std::vector<std::string> shared_strings(const Archive& archive) {
  std::vector<std::string> strings;
  if (archive.has("xl/sharedStrings.xml")) {
    const pugi::xml_document document = archive.read("xl/sharedStrings.xml");
    for (const pugi::xml_node& item : document.child("sst").children("si")) {
      strings.push_back(text_of(item));
    }
  }
  return strings;
}

/// From 0, of a reference like "AB12"; `next` if there is none.
std::size_t column_of(const char* reference, std::size_t next) {
  std::size_t column = 0;
  for (; *reference >= 'A' && *reference <= 'Z' && column <= max_columns; ++reference) {
    column = 26 * column + static_cast<std::size_t>(*reference - 'A' + 1);
  }
  return column == 0 ? next : column - 1;
}

std::string cell_text(const pugi::xml_node& cell, const std::vector<std::string>& strings, const Archive& archive) {
  const std::string_view type = cell.attribute("t").value();
  if (type == "inlineStr") {
    return text_of(cell.child("is"));
  }
  const pugi::xml_text value = cell.child("v").text();
  if (type != "s") {
    return value.get();
  }
  const std::size_t index = value.as_uint(static_cast<unsigned>(-1));
  if (index >= strings.size()) {
    archive.fail("a cell names a string that is not there");
  }
  return strings[index];
}

Row read_row(const pugi::xml_node& node, const std::vector<std::string>& strings, const Archive& archive) {
  Row row;
  std::size_t next = 0;
  for (const pugi::xml_node& cell : node.children("c")) {
    const std::size_t column = column_of(cell.attribute("r").value(), next);
    if (column >= max_columns) {
      archive.fail("a cell beyond the last column");
    }
    if (std::string text = cell_text(cell, strings, archive); !text.empty()) {
      row[column] = std::move(text);
    }
    next = column + 1;
  }
  return row;
}

std::string csv_line(const Row& row, std::size_t num_columns) {
  std::string line;
  for (std::size_t column = 0; column < num_columns && !row.empty(); ++column) {
    const auto found = row.find(column);
    line += (column == 0 ? "" : ",") + (found == row.end() ? std::string() : csv_field(found->second));
  }
  return line + '\n';
}

} // namespace

bool is_zip(std::string_view bytes) { return bytes.starts_with("PK\x03\x04"); }

std::string xlsx_to_csv(const std::filesystem::path& path) {
  const Archive archive(path);
  const std::vector<std::string> strings = shared_strings(archive);
  const pugi::xml_document sheet = archive.read(first_sheet(archive));
  std::map<std::size_t, Row> rows; // by number, from 1
  std::size_t number = 0;
  std::size_t num_columns = 0;
  for (const pugi::xml_node& node : sheet.child("worksheet").child("sheetData").children("row")) {
    number = node.attribute("r").as_uint(static_cast<unsigned>(number + 1));
    Row row = read_row(node, strings, archive);
    if (number == 0 || number > max_rows) {
      archive.fail("a row beyond the last one");
    }
    if (!row.empty()) {
      num_columns = std::max(num_columns, row.rbegin()->first + 1);
      rows[number] = std::move(row);
    }
    if (rows.size() * num_columns > max_cells) {
      archive.fail("the sheet is too large");
    }
  }
  std::string text;
  std::size_t line = 1;
  for (const auto& [row_number, row] : rows) {
    text.append(row_number - line, '\n');
    text += csv_line(row, num_columns);
    line = row_number + 1;
  }
  return text;
}

} // namespace radforge
