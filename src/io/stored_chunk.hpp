#pragma once

#include "shard_layout.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace radforge {

/// A chunked dataset whose chunks hold `rows_per_chunk` rows and declare the gzip filter. Errors: IoError.
Hdf5Dataset create_dataset(hid_t file, const ShardColumn& column, hsize_t num_rows, hsize_t rows_per_chunk, int compression_level,
                           const std::filesystem::path& path);

/// Stores compressed bytes as the chunk that begins at `row`. Errors: IoError.
void write_stored_chunk(hid_t dataset, hsize_t row, std::span<const std::byte> stored, const std::filesystem::path& path);

/// The compressed bytes of the chunk that begins at `row`; `what` names it in messages. A damaged file cannot make it take more
/// memory than `file_bytes`, the file's size. Errors: DataError; IoError if the file system does not give the bytes.
std::vector<std::byte> read_stored_chunk(hid_t dataset, hsize_t row, std::uintmax_t file_bytes, const std::string& what,
                                         const std::filesystem::path& path);

} // namespace radforge
