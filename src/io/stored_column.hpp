#pragma once

#include "shard_layout.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace radforge {

// Reading of files whose columns are one compressed chunk each, or one a row. All check before they take memory. Errors:
// DataError.

/// "<path>: <problem> (docs/data-format.md); it is damaged ...".
[[noreturn]] void refuse_file(const std::filesystem::path& path, const std::string& problem);

/// Attributes.
std::int64_t read_number(hid_t object, const char* name, const std::filesystem::path& path);
double read_real(hid_t object, const char* name, const std::filesystem::path& path);
std::string read_text(hid_t object, const char* name, const std::filesystem::path& path);
/// The attribute `names`.
std::vector<std::string> read_names(hid_t dataset, const std::filesystem::path& path);

std::vector<hsize_t> dimensions_of(hid_t dataset);
Hdf5Dataset open_dataset(hid_t file, const char* name, const std::filesystem::path& path);

/// Type, shape, chunks and filter are exactly those of the column. This also keeps out data that lies in other files.
void check_dataset(hid_t dataset, const ShardColumn& column, hsize_t num_rows, hsize_t rows_per_chunk,
                   const std::filesystem::path& path);

/// The bytes of a column of one chunk.
std::vector<char> read_column(hid_t file, const ShardColumn& column, hsize_t num_rows, const std::filesystem::path& path);

} // namespace radforge
