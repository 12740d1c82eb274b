#include "radforge/io/csv.hpp"

#include "radforge/io/csv_reader.hpp"

#include "radforge/core/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <system_error>

namespace radforge {

CsvTable CsvTable::read(const std::filesystem::path& path) { return parse(read_table_text(path), path.string()); }

CsvTable CsvTable::parse(std::string_view text, const std::string& name) {
  CsvReader reader(text, name);
  CsvTable table;
  table.name_ = name;
  table.columns_ = reader.columns();
  while (reader.next()) {
    table.rows_.push_back(reader.row());
    table.lines_.push_back(reader.line());
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

std::string csv_text(std::string_view text) {
  constexpr std::string_view leads = "=+-@\t\r\n";
  if (text.empty() || leads.find(text.front()) == std::string_view::npos) {
    return csv_field(text);
  }
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_number = error == std::errc() && end == text.data() + text.size();
  return csv_field(is_number ? std::string(text) : "'" + std::string(text));
}

} // namespace radforge
