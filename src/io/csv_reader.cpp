#include "radforge/io/csv_reader.hpp"

#include "radforge/core/error.hpp"
#include "radforge/io/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace radforge {
namespace {

bool is_line_break(char c) { return c == '\n' || c == '\r'; }

void check_columns(const std::vector<std::string>& columns, const std::string& name, std::size_t line) {
  if (columns.empty()) {
    throw DataError("{}: no header row (the file is empty); give a table whose first line names the columns", name);
  }
  std::set<std::string_view> seen;
  for (const std::string& column : columns) {
    // Tables in the wild (NIH, PadChest) have unnamed columns: they can be counted, not asked for by name.
    if (!column.empty() && !seen.insert(column).second) {
      throw DataError("{}:{}: duplicate column '{}' (a name must mean one column); rename one of them", name, line, column);
    }
  }
}

} // namespace

CsvReader::CsvReader(std::string_view text, std::string name) : text_(text), name_(std::move(name)) {
  if (text_.starts_with("\xEF\xBB\xBF")) {
    text_.remove_prefix(3);
  }
  if (const std::size_t bad = find_invalid_utf8(text_); bad != std::string_view::npos) {
    throw DataError("{}:{}: invalid UTF-8 (byte 0x{:02X}); convert the file, for example with iconv", name_,
                    1 + std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(bad), '\n'),
                    static_cast<unsigned char>(text_[bad]));
  }
  read_row();
  check_columns(row_, name_, row_line_);
  columns_ = row_;
}

std::optional<std::size_t> CsvReader::find_column(std::string_view name) const {
  const auto found = std::find(columns_.begin(), columns_.end(), name);
  if (name.empty() || found == columns_.end()) {
    return std::nullopt;
  }
  return static_cast<std::size_t>(found - columns_.begin());
}

std::size_t CsvReader::column_of(std::initializer_list<std::string_view> names) const {
  for (const std::string_view name : names) {
    if (const auto found = find_column(name)) {
      return *found;
    }
  }
  throw DataError("{}: no column '{}' (columns: {}); check that the file is the right table", name_, fmt::join(names, "' or '"),
                  fmt::join(columns_, ", "));
}

const std::string& CsvReader::cell(std::optional<std::size_t> column) const {
  static const std::string empty;
  return column ? row_[*column] : empty;
}

bool CsvReader::next() {
  read_row();
  if (row_.empty()) {
    return false;
  }
  if (row_.size() != columns_.size()) {
    throw DataError("{}:{}: {} fields where the header has {} (a comma too many or too few); mend the row or quote the field",
                    name_, row_line_, row_.size(), columns_.size());
  }
  return true;
}

/// The next row that is not a blank line; empty at the end of the text.
void CsvReader::read_row() {
  while (at_ < text_.size() && is_line_break(text_[at_])) {
    skip_line_break();
  }
  row_line_ = line_;
  if (at_ == text_.size()) {
    row_.clear();
    return;
  }
  std::size_t num_fields = 0;
  const auto add_field = [&] {
    if (num_fields == row_.size()) {
      row_.emplace_back();
    }
    row_[num_fields].clear(); // keeps its memory from row to row
    read_field(row_[num_fields++]);
  };
  add_field();
  while (at_ < text_.size() && text_[at_] == ',') {
    ++at_;
    add_field();
  }
  row_.resize(num_fields);
  if (at_ < text_.size()) {
    skip_line_break();
  }
}

void CsvReader::read_field(std::string& field) {
  if (at_ < text_.size() && text_[at_] == '"') {
    read_quoted(field);
    return;
  }
  const std::size_t begin = at_;
  while (at_ < text_.size() && text_[at_] != ',' && !is_line_break(text_[at_])) {
    if (text_[at_] == '"') {
      throw DataError("{}:{}: quote in an unquoted field (RFC 4180 allows quotes only in quoted fields); "
                      "quote the field and double the quote",
                      name_, line_);
    }
    ++at_;
  }
  field = text_.substr(begin, at_ - begin);
}

void CsvReader::read_quoted(std::string& field) {
  const std::size_t first_line = line_;
  ++at_;
  while (at_ < text_.size()) {
    if (text_[at_] == '"') {
      ++at_;
      if (at_ == text_.size() || text_[at_] == ',' || is_line_break(text_[at_])) {
        return;
      }
      if (text_[at_] != '"') {
        throw DataError("{}:{}: text after a closing quote (the field began on line {}); double the quotes inside the field",
                        name_, line_, first_line);
      }
    }
    if (text_[at_] == '\n' || (text_[at_] == '\r' && !followed_by_newline())) {
      ++line_;
    }
    field.push_back(text_[at_++]);
  }
  throw DataError("{}:{}: unterminated quote (the file ends inside the field); close the quote or repeat the download", name_,
                  first_line);
}

bool CsvReader::followed_by_newline() const { return at_ + 1 < text_.size() && text_[at_ + 1] == '\n'; }

void CsvReader::skip_line_break() {
  at_ += text_[at_] == '\r' && followed_by_newline() ? 2 : 1;
  ++line_;
}

} // namespace radforge
