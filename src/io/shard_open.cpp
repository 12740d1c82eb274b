#include "shard_open.hpp"

#include "radforge/core/error.hpp"

#include "stored_chunk.hpp"
#include "zlib_codec.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace radforge {
namespace {

constexpr const char* advice = "it is damaged or no shard; make it again";

/// A chunk takes at least this much of a file, with its entry in the index. Bounds what a hostile number of rows can ask for.
constexpr std::uintmax_t least_bytes_per_row = 16;
constexpr std::size_t most_image_bytes = std::size_t{1} << 30;
constexpr std::size_t most_name_bytes = std::size_t{1} << 20;

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& problem) {
  throw DataError("{}: {} (docs/data-format.md); {}", path.string(), problem, advice);
}

std::int64_t read_number(hid_t file, const char* name, const std::filesystem::path& path) {
  const Hdf5Attribute attribute(
      check_hdf5<DataError>(H5Aopen(file, name, H5P_DEFAULT), "open a shard's attribute", path, advice));
  const Hdf5Space space(H5Aget_space(attribute.id()));
  const Hdf5Type type(H5Aget_type(attribute.id()));
  if (H5Sget_simple_extent_npoints(space.id()) != 1 || H5Tget_class(type.id()) != H5T_INTEGER) {
    refuse(path, fmt::format("attribute '{}' is not one whole number", name));
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
    refuse(path, fmt::format("attribute '{}' is not one number", name));
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
    refuse(path, fmt::format("attribute '{}' is not one text of a fixed width", name));
  }
  std::string text(width, '\0');
  check_hdf5<DataError>(H5Aread(attribute.id(), type.id(), text.data()), "read an attribute", path, advice);
  return text.substr(0, std::min(width, text.find('\0')));
}

std::vector<std::string> read_names(hid_t dataset, const std::filesystem::path& path) {
  const Hdf5Attribute attribute(
      check_hdf5<DataError>(H5Aopen(dataset, "names", H5P_DEFAULT), "open the findings' names", path, advice));
  const Hdf5Space space(H5Aget_space(attribute.id()));
  const Hdf5Type type(H5Aget_type(attribute.id()));
  const hssize_t count = H5Sget_simple_extent_npoints(space.id());
  const std::size_t width = H5Tget_size(type.id());
  if (H5Tget_class(type.id()) != H5T_STRING || H5Tis_variable_str(type.id()) != 0 || count < 1 || width < 1 ||
      static_cast<std::size_t>(count) > most_name_bytes / width) {
    refuse(path, "the findings' names are not text of a fixed width");
  }
  std::string padded(static_cast<std::size_t>(count) * width, '\0');
  check_hdf5<DataError>(H5Aread(attribute.id(), type.id(), padded.data()), "read the findings' names", path, advice);
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

/// Type, shape, chunks and filter are exactly those of the column. This also keeps out data that lies in other files.
void check_dataset(hid_t dataset, const ShardColumn& column, hsize_t num_rows, hsize_t rows_per_chunk,
                   const std::filesystem::path& path) {
  const Hdf5Type type(H5Dget_type(dataset));
  if (H5Tequal(type.id(), column.type.id()) <= 0) {
    refuse(path, fmt::format("'{}' has another type", column.name));
  }
  if (dimensions_of(dataset) != shape_of(column, num_rows)) {
    refuse(path, fmt::format("'{}' has another shape", column.name));
  }
  const Hdf5Properties properties(H5Dget_create_plist(dataset));
  const std::vector<hsize_t> expected = shape_of(column, rows_per_chunk);
  std::vector<hsize_t> chunk(expected.size());
  if (H5Pget_layout(properties.id()) != H5D_CHUNKED ||
      H5Pget_chunk(properties.id(), static_cast<int>(chunk.size()), chunk.data()) != static_cast<int>(chunk.size()) ||
      chunk != expected) {
    refuse(path, fmt::format("'{}' has other chunks", column.name));
  }
  unsigned flags = 0;
  std::size_t num_values = 0;
  if (H5Pget_nfilters(properties.id()) != 1 ||
      H5Pget_filter2(properties.id(), 0, &flags, &num_values, nullptr, 0, nullptr, nullptr) != H5Z_FILTER_DEFLATE) {
    refuse(path, fmt::format("'{}' has another filter than gzip", column.name));
  }
}

/// Decompresses by itself: HDF5 takes a chunk that is not stored for zeros, and fills one that is too short with whatever lies in
/// memory.
std::vector<char> read_column(hid_t file, const ShardColumn& column, hsize_t num_rows, const std::filesystem::path& path) {
  const Hdf5Dataset dataset = open_dataset(file, column.name, path);
  check_dataset(dataset.id(), column, num_rows, num_rows, path);
  std::vector<char> bytes(num_rows * column.row_bytes());
  const std::string what = fmt::format("the column '{}'", column.name);
  const std::vector<std::byte> stored = read_stored_chunk(dataset.id(), 0, std::filesystem::file_size(path), what, path);
  if (!zlib_decompress(stored, std::as_writable_bytes(std::span(bytes)))) {
    refuse(path, fmt::format("{} is damaged: its bytes do not decompress to its rows", what));
  }
  return bytes;
}

/// The kind by which column of values is there; `images` where none is.
ValueKind kind_of(hid_t file) {
  for (const ValueKind kind : {ValueKind::latents, ValueKind::text_states}) {
    if (H5Lexists(file, name_of(ValueKind::images), H5P_DEFAULT) <= 0 && H5Lexists(file, name_of(kind), H5P_DEFAULT) > 0) {
      return kind;
    }
  }
  return ValueKind::images;
}

/// Any other type than one of the floating ones is found wrong later.
ValueType floating_type_of(hid_t dataset) {
  const Hdf5Type type(H5Dget_type(dataset));
  const Hdf5Type half = value_type(ValueType::float16);
  return H5Tequal(type.id(), half.id()) > 0 ? ValueType::float16 : ValueType::float32;
}

void read_encoding(OpenShard& shard, const std::filesystem::path& path) {
  const hid_t values = shard.values.id();
  Encoding& encoding = shard.schema.encoding;
  encoding.model_digest = read_text(values, "model_digest", path);
  if (shard.schema.kind == ValueKind::latents) {
    encoding.image_height = static_cast<int>(read_number(values, "image_height", path));
    encoding.image_width = static_cast<int>(read_number(values, "image_width", path));
    encoding.image_channels = static_cast<int>(read_number(values, "image_channels", path));
    encoding.scaling_factor = read_real(values, "scaling_factor", path);
  }
}

void read_values_shape(OpenShard& shard, const std::filesystem::path& path) {
  const char* name = name_of(shard.schema.kind);
  const std::vector<hsize_t> shape = dimensions_of(shard.values.id());
  const bool latents = shard.schema.kind == ValueKind::latents;
  if (shard.schema.kind == ValueKind::images && shape.size() != 3 && shape.size() != 4) {
    refuse(path, "'images' has neither 3 nor 4 dimensions");
  }
  if (shard.schema.kind != ValueKind::images) {
    if (shape.size() != (latents ? 4 : 3)) {
      refuse(path, fmt::format("'{}' does not have {} dimensions", name, latents ? 4 : 3));
    }
    shard.schema.type = floating_type_of(shard.values.id());
  }
  std::size_t bytes = size_of(shard.schema.type);
  for (std::size_t i = 1; i < shape.size(); ++i) {
    if (shape[i] == 0 || shape[i] > most_image_bytes / bytes) {
      refuse(path, fmt::format("'{}' has an impossible shape", name));
    }
    bytes *= shape[i];
  }
  if (shape[0] == 0 || shape[0] > std::filesystem::file_size(path) / least_bytes_per_row) {
    refuse(path, fmt::format("{} rows, which the file is too small for", shape[0]));
  }
  shard.num_rows = static_cast<std::int64_t>(shape[0]);
  shard.schema.height = static_cast<int>(shape[latents ? 2 : 1]);
  shard.schema.width = static_cast<int>(shape[latents ? 3 : 2]);
  shard.schema.channels = shape.size() == 4 ? static_cast<int>(shape[latents ? 1 : 3]) : 1;
  check_dataset(shard.values.id(), values_column(shard.schema), shape[0], 1, path);
}

bool has_column(const OpenShard& shard, const char* name) { return H5Lexists(shard.file.id(), name, H5P_DEFAULT) > 0; }

template <class Value>
void read_lists(OpenShard& shard, const ShardColumn& column, std::vector<Value> SampleRecord::*member,
                const std::filesystem::path& path) {
  const std::vector<char> bytes = read_column(shard.file.id(), column, static_cast<hsize_t>(shard.num_rows), path);
  const auto width = static_cast<std::size_t>(column.row_shape.front());
  for (std::size_t row = 0; row < shard.rows.size(); ++row) {
    std::vector<Value>& list = shard.rows[row].*member;
    list.resize(width);
    std::memcpy(list.data(), bytes.data() + row * width * sizeof(Value), width * sizeof(Value));
  }
}

void read_rows(OpenShard& shard, const std::filesystem::path& path) {
  const auto count = static_cast<hsize_t>(shard.num_rows);
  shard.rows.resize(count);
  const std::vector<char> ids = read_column(shard.file.id(), id_column(), count, path);
  const std::vector<char> ages = read_column(shard.file.id(), age_column(), count, path);
  for (std::size_t row = 0; row < count; ++row) {
    std::memcpy(&shard.rows[row].id, ids.data() + row * sizeof(std::int64_t), sizeof(std::int64_t));
    std::memcpy(&shard.rows[row].age, ages.data() + row * sizeof(float), sizeof(float));
    if (shard.rows[row].id != shard.first_id + static_cast<std::int64_t>(row)) {
      refuse(path, fmt::format("row {} has id {}, expected {}", row, shard.rows[row].id,
                               shard.first_id + static_cast<std::int64_t>(row)));
    }
  }
  for (const TextColumn& column : text_columns) {
    const std::vector<char> bytes = read_column(shard.file.id(), text_column(column), count, path);
    for (std::size_t row = 0; row < count; ++row) {
      const char* text = bytes.data() + row * column.width;
      shard.rows[row].*column.member = std::string(text, strnlen(text, column.width));
    }
  }
  if (has_column(shard, "findings")) {
    shard.schema.findings = read_names(open_dataset(shard.file.id(), "findings", path).id(), path);
    read_lists(shard, findings_column(shard.schema), &SampleRecord::findings, path);
  }
}

/// How generated images were made, and what was found in them.
void read_generation(OpenShard& shard, const std::filesystem::path& path) {
  const auto count = static_cast<hsize_t>(shard.num_rows);
  Generation& generation = shard.schema.generation.emplace();
  generation.model_digest = read_text(shard.values.id(), "model_digest", path);
  generation.seed = read_number(shard.values.id(), "seed", path);
  const std::vector<char> attempts = read_column(shard.file.id(), attempt_column(), count, path);
  for (std::size_t row = 0; row < count; ++row) {
    std::memcpy(&shard.rows[row].attempt, attempts.data() + row * sizeof(std::int32_t), sizeof(std::int32_t));
  }
  if (has_column(shard, "check_scores")) {
    generation.checks = read_names(open_dataset(shard.file.id(), "check_scores", path).id(), path);
    read_lists(shard, check_scores_column(shard.schema), &SampleRecord::check_scores, path);
    read_lists(shard, check_passed_column(shard.schema), &SampleRecord::check_passed, path);
  }
}

} // namespace

OpenShard open_shard(const std::filesystem::path& path) {
  OpenShard shard;
  shard.file = open_hdf5_file(path);
  const std::int64_t version = read_number(shard.file.id(), "schema_version", path);
  if (version != DatasetIndex::schema_version) {
    throw DataError("{}: schema version {} (this program reads {}); use the program that made it, or make it again",
                    path.string(), version, DatasetIndex::schema_version);
  }
  shard.first_id = read_number(shard.file.id(), "first_id", path);
  shard.schema.kind = kind_of(shard.file.id());
  shard.values = open_dataset(shard.file.id(), name_of(shard.schema.kind), path);
  read_values_shape(shard, path);
  if (shard.schema.kind != ValueKind::images) {
    read_encoding(shard, path);
  }
  read_rows(shard, path);
  if (has_column(shard, "attempt")) {
    read_generation(shard, path);
  }
  return shard;
}

} // namespace radforge
