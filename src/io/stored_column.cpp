#include "stored_column.hpp"

#include "radforge/core/error.hpp"

#include "stored_chunk.hpp"
#include "zlib_codec.hpp"

#include <algorithm>
#include <span>

namespace radforge {
namespace {

constexpr const char* advice = "it is damaged or no such file; make it again";
constexpr std::size_t most_name_bytes = std::size_t{1} << 20;

} // namespace

void refuse_file(const std::filesystem::path& path, const std::string& problem) {
  throw DataError("{}: {} (docs/data-format.md); {}", path.string(), problem, advice);
}

std::int64_t read_number(hid_t file, const char* name, const std::filesystem::path& path) {
  const Hdf5Attribute attribute(
      check_hdf5<DataError>(H5Aopen(file, name, H5P_DEFAULT), "open a shard's attribute", path, advice));
  const Hdf5Space space(H5Aget_space(attribute.id()));
  const Hdf5Type type(H5Aget_type(attribute.id()));
  if (H5Sget_simple_extent_npoints(space.id()) != 1 || H5Tget_class(type.id()) != H5T_INTEGER) {
    refuse_file(path, fmt::format("attribute '{}' is not one whole number", name));
  }
  std::int64_t value = 0;
  check_hdf5<DataError>(H5Aread(attribute.id(), H5T_NATIVE_INT64, &value), "read an attribute", path, advice);
  return value;
}

double read_real(hid_t object, const char* name, const std::filesystem::path& path) {
  const Hdf5Attribute attribute(
      check_hdf5<DataError>(H5Aopen(object, name, H5P_DEFAULT), "open an attribute of the values", path, advice));
  const Hdf5Space space(H5Aget_space(attribute.id()));
  const Hdf5Type type(H5Aget_type(attribute.id()));
  double value = 0;
  if (H5Sget_simple_extent_npoints(space.id()) != 1 || H5Tget_class(type.id()) != H5T_FLOAT) {
    refuse_file(path, fmt::format("attribute '{}' is not one number", name));
  }
  check_hdf5<DataError>(H5Aread(attribute.id(), H5T_NATIVE_DOUBLE, &value), "read an attribute", path, advice);
  return value;
}

std::string read_text(hid_t object, const char* name, const std::filesystem::path& path) {
  const Hdf5Attribute attribute(
      check_hdf5<DataError>(H5Aopen(object, name, H5P_DEFAULT), "open an attribute of the values", path, advice));
  const Hdf5Space space(H5Aget_space(attribute.id()));
  const Hdf5Type type(H5Aget_type(attribute.id()));
  const std::size_t width = H5Tget_size(type.id());
  if (H5Sget_simple_extent_npoints(space.id()) != 1 || H5Tget_class(type.id()) != H5T_STRING ||
      H5Tis_variable_str(type.id()) != 0 || width > most_name_bytes) {
    refuse_file(path, fmt::format("attribute '{}' is not one text of a fixed width", name));
  }
  std::string text(width, '\0');
  check_hdf5<DataError>(H5Aread(attribute.id(), type.id(), text.data()), "read an attribute", path, advice);
  return text.substr(0, std::min(width, text.find('\0')));
}

std::vector<std::string> read_names(hid_t dataset, const std::filesystem::path& path) {
  const Hdf5Attribute attribute(check_hdf5<DataError>(H5Aopen(dataset, "names", H5P_DEFAULT), "open the names", path, advice));
  const Hdf5Space space(H5Aget_space(attribute.id()));
  const Hdf5Type type(H5Aget_type(attribute.id()));
  const hssize_t count = H5Sget_simple_extent_npoints(space.id());
  const std::size_t width = H5Tget_size(type.id());
  if (H5Tget_class(type.id()) != H5T_STRING || H5Tis_variable_str(type.id()) != 0 || count < 1 || width < 1 ||
      static_cast<std::size_t>(count) > most_name_bytes / width) {
    refuse_file(path, "the names are not text of a fixed width");
  }
  std::string padded(static_cast<std::size_t>(count) * width, '\0');
  check_hdf5<DataError>(H5Aread(attribute.id(), type.id(), padded.data()), "read the names", path, advice);
  std::vector<std::string> names;
  for (std::size_t begin = 0; begin < padded.size(); begin += width) {
    names.push_back(padded.substr(begin, std::min(width, padded.find('\0', begin) - begin)));
  }
  return names;
}

std::vector<hsize_t> dimensions_of(hid_t dataset) {
  const Hdf5Space space(H5Dget_space(dataset));
  std::vector<hsize_t> dimensions(static_cast<std::size_t>(std::max(0, H5Sget_simple_extent_ndims(space.id()))));
  H5Sget_simple_extent_dims(space.id(), dimensions.data(), nullptr);
  return dimensions;
}

Hdf5Dataset open_dataset(hid_t file, const char* name, const std::filesystem::path& path) {
  return Hdf5Dataset(
      check_hdf5<DataError>(H5Dopen2(file, name, H5P_DEFAULT), fmt::format("open the column '{}'", name).c_str(), path, advice));
}

void check_dataset(hid_t dataset, const ShardColumn& column, hsize_t num_rows, hsize_t rows_per_chunk,
                   const std::filesystem::path& path) {
  const Hdf5Type type(H5Dget_type(dataset));
  if (H5Tequal(type.id(), column.type.id()) <= 0) {
    refuse_file(path, fmt::format("'{}' has another type", column.name));
  }
  if (dimensions_of(dataset) != shape_of(column, num_rows)) {
    refuse_file(path, fmt::format("'{}' has another shape", column.name));
  }
  const Hdf5Properties properties(H5Dget_create_plist(dataset));
  const std::vector<hsize_t> expected = shape_of(column, rows_per_chunk);
  std::vector<hsize_t> chunk(expected.size());
  if (H5Pget_layout(properties.id()) != H5D_CHUNKED ||
      H5Pget_chunk(properties.id(), static_cast<int>(chunk.size()), chunk.data()) != static_cast<int>(chunk.size()) ||
      chunk != expected) {
    refuse_file(path, fmt::format("'{}' has other chunks", column.name));
  }
  unsigned flags = 0;
  std::size_t num_values = 0;
  if (H5Pget_nfilters(properties.id()) != 1 ||
      H5Pget_filter2(properties.id(), 0, &flags, &num_values, nullptr, 0, nullptr, nullptr) != H5Z_FILTER_DEFLATE) {
    refuse_file(path, fmt::format("'{}' has another filter than gzip", column.name));
  }
}

// Decompresses by itself: HDF5 takes a chunk that is not stored for zeros, and fills one that is too short with whatever lies in
// memory.
std::vector<char> read_column(hid_t file, const ShardColumn& column, hsize_t num_rows, const std::filesystem::path& path) {
  const Hdf5Dataset dataset = open_dataset(file, column.name, path);
  check_dataset(dataset.id(), column, num_rows, num_rows, path);
  std::vector<char> bytes(num_rows * column.row_bytes());
  const std::string what = fmt::format("the column '{}'", column.name);
  const std::vector<std::byte> stored = read_stored_chunk(dataset.id(), 0, std::filesystem::file_size(path), what, path);
  if (!zlib_decompress(stored, std::as_writable_bytes(std::span(bytes)))) {
    refuse_file(path, fmt::format("{} is damaged: its bytes do not decompress to its rows", what));
  }
  return bytes;
}

} // namespace radforge
