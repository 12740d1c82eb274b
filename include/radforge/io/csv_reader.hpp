#pragma once

#include <cstddef>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace radforge {

/// A table's text, for CsvReader: of a gzip-compressed file what is in it, of a workbook (.xlsx) its first sheet as CSV whose
/// lines are the sheet's rows. Told by the file's first bytes. Errors: IoError, DataError (damaged file).
std::string read_table_text(const std::filesystem::path& path);

/// Reads a table row by row (RFC 4180: quotes, line breaks in quotes, CRLF; a UTF-8 byte-order mark is dropped), so that a table
/// of a million rows costs its text and one row. Errors: DataError naming file and line (unterminated quote, ragged row,
/// duplicate or missing column, no header, invalid UTF-8).
class CsvReader {
 public:
  /// Reads the header. `text` outlives the reader; `name` is the file in messages.
  CsvReader(std::string_view text, std::string name);

  const std::string& name() const { return name_; }
  const std::vector<std::string>& columns() const { return columns_; }
  /// Position of a column. Errors: DataError that names it and the columns there are.
  std::size_t column(std::string_view name) const { return column_of({name}); }
  /// Of the first of these names that there is: providers rename columns.
  std::size_t column_of(std::initializer_list<std::string_view> names) const;
  std::optional<std::size_t> find_column(std::string_view name) const;

  /// Goes to the next row, the first one at first. False at the end of the table.
  bool next();
  const std::string& cell(std::size_t column) const { return row_[column]; }
  /// Of a column that may not be there: then empty.
  const std::string& cell(std::optional<std::size_t> column) const;
  /// The row's fields.
  const std::vector<std::string>& row() const { return row_; }
  /// Line of the file on which the row begins, from 1.
  std::size_t line() const { return row_line_; }

 private:
  void read_row();
  void read_field(std::string& field);
  void read_quoted(std::string& field);
  void skip_line_break();
  bool followed_by_newline() const;

  std::string_view text_;
  std::string name_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::size_t row_line_ = 1;
  std::vector<std::string> columns_;
  std::vector<std::string> row_;
};

} // namespace radforge
