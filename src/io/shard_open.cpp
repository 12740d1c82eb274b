#include "shard_open.hpp"

#include "radforge/core/error.hpp"

#include "stored_column.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace radforge {
namespace {

/// A chunk takes at least this much of a file, with its entry in the index. Bounds what a hostile number of rows can ask for.
constexpr std::uintmax_t least_bytes_per_row = 16;
constexpr std::size_t most_image_bytes = std::size_t{1} << 30;

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
    refuse_file(path, "'images' has neither 3 nor 4 dimensions");
  }
  if (shard.schema.kind != ValueKind::images) {
    if (shape.size() != (latents ? 4 : 3)) {
      refuse_file(path, fmt::format("'{}' does not have {} dimensions", name, latents ? 4 : 3));
    }
    shard.schema.type = floating_type_of(shard.values.id());
  }
  std::size_t bytes = size_of(shard.schema.type);
  for (std::size_t i = 1; i < shape.size(); ++i) {
    if (shape[i] == 0 || shape[i] > most_image_bytes / bytes) {
      refuse_file(path, fmt::format("'{}' has an impossible shape", name));
    }
    bytes *= shape[i];
  }
  if (shape[0] == 0 || shape[0] > std::filesystem::file_size(path) / least_bytes_per_row) {
    refuse_file(path, fmt::format("{} rows, which the file is too small for", shape[0]));
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
      refuse_file(path, fmt::format("row {} has id {}, expected {}", row, shard.rows[row].id,
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
