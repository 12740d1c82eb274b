#include "site_files.hpp"

#include "radforge/core/error.hpp"

#include "cell_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace radforge {
namespace {

std::filesystem::path zipped(const std::filesystem::path& folder, const char* name) {
  return folder / (std::string(name) + ".gz");
}

bool is_file(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path, error);
}

} // namespace

bool has_table(const std::filesystem::path& folder, const char* name) {
  return is_file(folder / name) || is_file(zipped(folder, name));
}

std::filesystem::path find_table(const SiteConfig& site, const std::filesystem::path& folder,
                                 std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (has_table(folder, name)) {
      return is_file(folder / name) ? folder / name : zipped(folder, name);
    }
  }
  throw DataError("site {}: no table {} in \"{}\" (with or without .gz; the adapter {} reads it); correct the path or repeat the "
                  "download",
                  site.name, fmt::join(names, " or "), folder.string(), site.adapter);
}

std::uint64_t number_in(const CsvReader& table, std::size_t column) {
  if (const auto number = parse_number(table.cell(column))) {
    return *number;
  }
  throw DataError("{}:{}: \"{}\" in {} is no whole number (rows of other tables are joined by it); mend the table", table.name(),
                  table.line(), table.cell(column), table.columns()[column]);
}

std::vector<std::string> columns_except(const CsvReader& table, std::initializer_list<std::string_view> names) {
  std::vector<std::string> rest;
  std::copy_if(table.columns().begin(), table.columns().end(), std::back_inserter(rest), [&](const std::string& column) {
    return !column.empty() && std::find(names.begin(), names.end(), column) == names.end();
  });
  return rest;
}

} // namespace radforge
