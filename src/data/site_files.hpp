#pragma once

#include "radforge/config/prepare_config.hpp"
#include "radforge/io/csv_reader.hpp"

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <string>

namespace radforge {

/// The first of these files that the folder has, each as it is or with ".gz". Errors: DataError naming all that were looked for.
std::filesystem::path find_table(const SiteConfig& site, const std::filesystem::path& folder,
                                 std::initializer_list<const char*> names);

/// Whether the folder has the file, as it is or with ".gz".
bool has_table(const std::filesystem::path& folder, const char* name);

/// A cell that must be a whole number: the key of a joined table. Errors: DataError naming file, line and column.
std::uint64_t number_in(const CsvReader& table, std::size_t column);

/// The table's columns but these.
std::vector<std::string> columns_except(const CsvReader& table, std::initializer_list<std::string_view> names);

} // namespace radforge
