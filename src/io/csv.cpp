#include "radforge/io/csv.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"

#include "utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace radforge {
namespace {

bool is_line_break(char c) { return c == '\n' || c == '\r'; }

/// Splits text into rows of fields, and knows on which line it stands.
class Scanner {
 public:
  Scanner(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  /// The next row that is not a blank line; empty at the end of the text.
  std::vector<std::string> next_row() {
    while (at_ < text_.size() && is_line_break(text_[at_])) {
      skip_line_break();
    }
    std::vector<std::string> row;
    row_line_ = line_;
    if (at_ == text_.size()) {
      return row;
    }
    row.push_back(next_field());
    while (at_ < text_.size() && text_[at_] == ',') {
      ++at_;
      row.push_back(next_field());
    }
    if (at_ < text_.size()) {
      skip_line_break();
    }
    return row;
  }

  /// Line on which the last row began.
  std::size_t row_line() const { return row_line_; }

 private:
  std::string next_field() { return at_ < text_.size() && text_[at_] == '"' ? quoted_field() : plain_field(); }

  std::string plain_field() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && text_[at_] != ',' && !is_line_break(text_[at_])) {
      if (text_[at_] == '"') {
        throw DataError("{}:{}: quote in an unquoted field (RFC 4180 allows quotes only in quoted fields); "
                        "quote the field and double the quote",
                        name_, line_);
      }
      ++at_;
    }
    return std::string(text_.substr(begin, at_ - begin));
  }

  std::string quoted_field() {
    const std::size_t first_line = line_;
    std::string field;
    ++at_;
    while (at_ < text_.size()) {
      if (text_[at_] == '"') {
        ++at_;
        if (at_ == text_.size() || text_[at_] == ',' || is_line_break(text_[at_])) {
          return field;
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

  bool followed_by_newline() const { return at_ + 1 < text_.size() && text_[at_ + 1] == '\n'; }

  void skip_line_break() {
    at_ += text_[at_] == '\r' && followed_by_newline() ? 2 : 1;
    ++line_;
  }

  std::string_view text_;
  const std::string& name_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::size_t row_line_ = 1;
};

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

CsvTable CsvTable::read(const std::filesystem::path& path) { return parse(read_file(path), path.string()); }

CsvTable CsvTable::parse(std::string_view text, const std::string& name) {
  if (text.starts_with("\xEF\xBB\xBF")) {
    text.remove_prefix(3);
  }
  if (const std::size_t bad = find_invalid_utf8(text); bad != std::string_view::npos) {
    throw DataError("{}:{}: invalid UTF-8 (byte 0x{:02X}); convert the file, for example with iconv", name,
                    1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(bad), '\n'),
                    static_cast<unsigned char>(text[bad]));
  }
  Scanner scanner(text, name);
  CsvTable table;
  table.name_ = name;
  table.columns_ = scanner.next_row();
  check_columns(table.columns_, name, scanner.row_line());
  for (std::vector<std::string> row = scanner.next_row(); !row.empty(); row = scanner.next_row()) {
    if (row.size() != table.columns_.size()) {
      throw DataError("{}:{}: {} fields where the header has {} (a comma too many or too few); mend the row or quote the field",
                      name, scanner.row_line(), row.size(), table.columns_.size());
    }
    table.rows_.push_back(std::move(row));
    table.lines_.push_back(scanner.row_line());
  }
  return table;
}

std::optional<std::size_t> CsvTable::find_column(std::string_view name) const {
  const auto found = std::find(columns_.begin(), columns_.end(), name);
  if (name.empty() || found == columns_.end()) {
    return std::nullopt;
  }
  return static_cast<std::size_t>(found - columns_.begin());
}

std::size_t CsvTable::column(std::string_view name) const {
  if (const auto found = find_column(name)) {
    return *found;
  }
  throw DataError("{}: no column '{}' (columns: {}); check that the file is the right table", name_, name,
                  fmt::join(columns_, ", "));
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    return std::string(text);
  }
  std::string field = "\"";
  for (const char c : text) {
    field.append(c == '"' ? 2 : 1, c);
  }
  return field + '"';
}

} // namespace radforge
