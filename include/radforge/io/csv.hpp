#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace radforge {

/// A whole table of text in memory; what is read, and the errors, are those of CsvReader (csv_reader.hpp), which a table of many
/// rows is read with. `read` takes what read_table_text takes.
class CsvTable {
 public:
  static CsvTable read(const std::filesystem::path& path);
  static CsvTable parse(std::string_view text, const std::string& name);

  const std::vector<std::string>& columns() const { return columns_; }
  std::size_t num_rows() const { return rows_.size(); }
  /// Position of a column. Errors: DataError that names it and the columns there are.
  std::size_t column(std::string_view name) const;
  std::optional<std::size_t> find_column(std::string_view name) const;
  const std::string& cell(std::size_t row, std::size_t column) const { return rows_[row][column]; }
  /// Line of the file on which the row begins, from 1.
  std::size_t line(std::size_t row) const { return lines_[row]; }

 private:
  std::string name_;
  std::vector<std::string> columns_;
  std::vector<std::vector<std::string>> rows_;
  std::vector<std::size_t> lines_;
};

/// One field, quoted where RFC 4180 demands it.
std::string csv_field(std::string_view text);
/// The same for tables that people open in a spreadsheet: text that would be a formula there, beginning with =, +, -, @, a tab or
/// a line break and no number, has an apostrophe before it.
std::string csv_text(std::string_view text);

} // namespace radforge
