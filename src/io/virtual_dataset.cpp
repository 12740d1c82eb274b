#include "virtual_dataset.hpp"

#include "radforge/core/error.hpp"
#include "radforge/core/hash.hpp"

#include "hdf5_memory.hpp"
#include "partial_file.hpp"
#include "shard_layout.hpp"

#include <string_view>
#include <vector>

namespace radforge {
namespace {

constexpr const char* advice = "give the process more memory";

/// Rows [first, first + count) of a dataset of `shape`.
Hdf5Space rows_of(const std::vector<hsize_t>& shape, hsize_t first, hsize_t count) {
  Hdf5Space space(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr));
  std::vector<hsize_t> start(shape.size(), 0);
  std::vector<hsize_t> size = shape;
  start[0] = first;
  size[0] = count;
  H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, start.data(), nullptr, size.data(), nullptr);
  return space;
}

void write_column(hid_t file, const ShardColumn& column, const DatasetIndex& index, const std::filesystem::path& path) {
  const std::vector<hsize_t> shape = shape_of(column, static_cast<hsize_t>(index.num_rows()));
  const Hdf5Properties properties = dataset_properties();
  hsize_t first = 0;
  for (const ShardSummary& shard : index.shards) {
    const auto count = static_cast<hsize_t>(shard.num_rows);
    const Hdf5Space target = rows_of(shape, first, count);
    const Hdf5Space source = rows_of(shape_of(column, count), 0, count);
    check_hdf5<IoError>(H5Pset_virtual(properties.id(), target.id(), shard.file.c_str(), column.name, source.id()),
                        "map a shard into the virtual data set", path, advice);
    first += count;
  }
  const Hdf5Space space(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr));
  Hdf5Dataset dataset(
      check_hdf5<IoError>(H5Dcreate2(file, column.name, column.type.id(), space.id(), H5P_DEFAULT, properties.id(), H5P_DEFAULT),
                          "create a dataset", path, advice));
  if (const std::vector<std::string> names = names_of(column, index.schema); !names.empty()) {
    write_names(dataset.id(), names, path);
  }
  if (std::string_view(column.name) == name_of(index.schema.kind)) {
    write_encoding(dataset.id(), index.schema, path);
  }
  check_hdf5<IoError>(dataset.close(), "close a dataset", path, advice);
}

std::vector<std::byte> image_of(const DatasetIndex& index, const std::filesystem::path& path) {
  const Hdf5Lock lock;
  Hdf5MemoryFile file(path);
  write_number(file.id(), "schema_version", DatasetIndex::schema_version, path);
  write_number(file.id(), "first_id", index.shards.empty() ? 0 : index.shards.front().first_id, path);
  for (const ShardColumn& column : columns_of(index.schema)) {
    write_column(file.id(), column, index, path);
  }
  return file.close();
}

} // namespace

FileSummary write_virtual_dataset(const DatasetIndex& index, const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / DatasetIndex::virtual_file_name;
  const std::vector<std::byte> image = image_of(index, path);
  const FileSummary summary{static_cast<std::int64_t>(image.size()), digest(image)};
  PartialFile file(path);
  file.write(image);
  file.publish(summary.file_digest);
  return summary;
}

} // namespace radforge
