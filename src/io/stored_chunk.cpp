#include "stored_chunk.hpp"

#include "radforge/core/error.hpp"

#include "regular_file.hpp"

#include <algorithm>
#include <array>

namespace radforge {
namespace {

constexpr const char* write_advice = "give the process more memory, or make smaller shards";
constexpr const char* read_advice = "the file is damaged; make it again";

/// Chunks split rows only, so all other offsets are zero.
std::array<hsize_t, H5S_MAX_RANK> offset_of(hsize_t row) { return {row}; }

/// HDF5 did not read a chunk: IoError if the file system refuses its bytes, else DataError.
[[noreturn]] void throw_unread(const char* what, hid_t dataset, hsize_t row, std::uintmax_t file_bytes,
                               const std::filesystem::path& path) {
  const std::string reason = hdf5_reason();
  unsigned filters = 0;
  haddr_t first = 0;
  hsize_t count = 0;
  const bool known = H5Dget_chunk_info_by_coord(dataset, offset_of(row).data(), &filters, &first, &count) >= 0 &&
                     count <= file_bytes && first <= file_bytes - count;
  require_readable(path, known ? first : 0, known ? count : file_bytes);
  throw DataError("{}: cannot {} ({}); {}", path.string(), what, reason, read_advice);
}

} // namespace

Hdf5Dataset create_dataset(hid_t file, const ShardColumn& column, hsize_t num_rows, hsize_t rows_per_chunk, int compression_level,
                           const std::filesystem::path& path) {
  const std::vector<hsize_t> shape = shape_of(column, num_rows);
  const std::vector<hsize_t> chunk = shape_of(column, rows_per_chunk);
  const Hdf5Space space(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr));
  const Hdf5Properties properties = dataset_properties();
  H5Pset_chunk(properties.id(), static_cast<int>(chunk.size()), chunk.data());
  // zlib's scale ends at 9, libdeflate's at 12; readers ignore the number.
  H5Pset_deflate(properties.id(), static_cast<unsigned>(std::min(compression_level, 9)));
  return Hdf5Dataset(
      check_hdf5<IoError>(H5Dcreate2(file, column.name, column.type.id(), space.id(), H5P_DEFAULT, properties.id(), H5P_DEFAULT),
                          "create a dataset", path, write_advice));
}

void write_stored_chunk(hid_t dataset, hsize_t row, std::span<const std::byte> stored, const std::filesystem::path& path) {
  check_hdf5<IoError>(H5Dwrite_chunk(dataset, H5P_DEFAULT, 0, offset_of(row).data(), stored.size(), stored.data()), "write", path,
                      write_advice);
}

std::vector<std::byte> read_stored_chunk(hid_t dataset, hsize_t row, std::uintmax_t file_bytes, const std::string& what,
                                         const std::filesystem::path& path) {
  const auto offset = offset_of(row);
  hsize_t size = 0;
  if (H5Dget_chunk_storage_size(dataset, offset.data(), &size) < 0) {
    throw_unread("find a chunk", dataset, row, file_bytes, path);
  }
  if (size == 0 || size > file_bytes) {
    throw DataError("{}: {} is not stored; {}", path.string(), what, read_advice);
  }
  std::vector<std::byte> stored(size);
  std::uint32_t skipped_filters = 0;
  if (H5Dread_chunk(dataset, H5P_DEFAULT, offset.data(), &skipped_filters, stored.data()) < 0) {
    throw_unread("read a chunk", dataset, row, file_bytes, path);
  }
  if (skipped_filters != 0) {
    throw DataError("{}: {} is stored without compression (docs/data-format.md demands it); make the shard again", path.string(),
                    what);
  }
  return stored;
}

} // namespace radforge
