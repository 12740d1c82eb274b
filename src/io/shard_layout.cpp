#include "shard_layout.hpp"

#include "radforge/core/error.hpp"

#include <algorithm>
#include <string_view>

namespace radforge {
namespace {

constexpr const char* write_advice = "give the process more memory";

} // namespace

std::size_t ShardColumn::row_bytes() const {
  std::size_t bytes = H5Tget_size(type.id());
  for (const hsize_t length : row_shape) {
    bytes *= length;
  }
  return bytes;
}

Hdf5Type value_type(ValueType type) {
  if (type == ValueType::uint8) {
    return Hdf5Type(H5Tcopy(H5T_STD_U8LE));
  }
  Hdf5Type number(H5Tcopy(H5T_IEEE_F32LE));
  if (type == ValueType::float16) { // IEEE binary16, as h5py makes it
    H5Tset_fields(number.id(), 15, 10, 5, 0, 10);
    H5Tset_size(number.id(), 2);
    H5Tset_ebias(number.id(), 15);
  }
  return number;
}

ShardColumn values_column(const DatasetSchema& schema) {
  const auto height = static_cast<hsize_t>(schema.height);
  const auto width = static_cast<hsize_t>(schema.width);
  const auto channels = static_cast<hsize_t>(schema.channels);
  std::vector<hsize_t> shape{height, width};
  if (schema.kind == ValueKind::latents) {
    shape = {channels, height, width};
  } else if (channels > 1) {
    shape.push_back(channels);
  }
  return {name_of(schema.kind), value_type(schema.type), shape};
}

ShardColumn id_column() { return {"id", Hdf5Type(H5Tcopy(H5T_STD_I64LE)), {}}; }

ShardColumn age_column() { return {"age", Hdf5Type(H5Tcopy(H5T_IEEE_F32LE)), {}}; }

ShardColumn text_column(const TextColumn& column) { return {column.name, text_type(column.width), {}}; }

ShardColumn findings_column(const DatasetSchema& schema) {
  return {"findings", Hdf5Type(H5Tcopy(H5T_STD_I8LE)), {schema.findings.size()}};
}

ShardColumn attempt_column() { return {"attempt", Hdf5Type(H5Tcopy(H5T_STD_I32LE)), {}}; }

ShardColumn check_scores_column(const DatasetSchema& schema) {
  return {"check_scores", Hdf5Type(H5Tcopy(H5T_IEEE_F32LE)), {schema.generation->checks.size()}};
}

ShardColumn check_passed_column(const DatasetSchema& schema) {
  return {"check_passed", Hdf5Type(H5Tcopy(H5T_STD_I8LE)), {schema.generation->checks.size()}};
}

std::vector<std::string> names_of(const ShardColumn& column, const DatasetSchema& schema) {
  const std::string_view name = column.name;
  if (name == "findings") {
    return schema.findings;
  }
  return name == "check_scores" || name == "check_passed" ? schema.generation->checks : std::vector<std::string>();
}

std::vector<ShardColumn> columns_of(const DatasetSchema& schema) {
  std::vector<ShardColumn> columns;
  columns.push_back(values_column(schema));
  columns.push_back(id_column());
  columns.push_back(age_column());
  for (const TextColumn& column : text_columns) {
    columns.push_back(text_column(column));
  }
  if (!schema.findings.empty()) {
    columns.push_back(findings_column(schema));
  }
  if (schema.generation) {
    columns.push_back(attempt_column());
    if (!schema.generation->checks.empty()) {
      columns.push_back(check_scores_column(schema));
      columns.push_back(check_passed_column(schema));
    }
  }
  return columns;
}

std::vector<hsize_t> shape_of(const ShardColumn& column, hsize_t num_rows) {
  std::vector<hsize_t> shape{num_rows};
  shape.insert(shape.end(), column.row_shape.begin(), column.row_shape.end());
  return shape;
}

void write_number(hid_t object, const char* name, std::int64_t value, const std::filesystem::path& path) {
  const Hdf5Space space(H5Screate(H5S_SCALAR));
  const Hdf5Attribute attribute(check_hdf5<IoError>(H5Acreate2(object, name, H5T_STD_I64LE, space.id(), H5P_DEFAULT, H5P_DEFAULT),
                                                    "create an attribute", path, write_advice));
  check_hdf5<IoError>(H5Awrite(attribute.id(), H5T_NATIVE_INT64, &value), "write an attribute", path, write_advice);
}

void write_real(hid_t object, const char* name, double value, const std::filesystem::path& path) {
  const Hdf5Space space(H5Screate(H5S_SCALAR));
  const Hdf5Attribute attribute(check_hdf5<IoError>(
      H5Acreate2(object, name, H5T_IEEE_F64LE, space.id(), H5P_DEFAULT, H5P_DEFAULT), "create an attribute", path, write_advice));
  check_hdf5<IoError>(H5Awrite(attribute.id(), H5T_NATIVE_DOUBLE, &value), "write an attribute", path, write_advice);
}

void write_text(hid_t object, const char* name, const std::string& text, const std::filesystem::path& path) {
  const Hdf5Type type = text_type(std::max<std::size_t>(text.size(), 1));
  const Hdf5Space space(H5Screate(H5S_SCALAR));
  const Hdf5Attribute attribute(check_hdf5<IoError>(H5Acreate2(object, name, type.id(), space.id(), H5P_DEFAULT, H5P_DEFAULT),
                                                    "create an attribute", path, write_advice));
  check_hdf5<IoError>(H5Awrite(attribute.id(), type.id(), text.c_str()), "write an attribute", path, write_advice);
}

void write_encoding(hid_t values, const DatasetSchema& schema, const std::filesystem::path& path) {
  if (schema.generation) {
    write_text(values, "model_digest", schema.generation->model_digest, path);
    write_number(values, "seed", schema.generation->seed, path);
  }
  if (schema.kind == ValueKind::images) {
    return;
  }
  write_text(values, "model_digest", schema.encoding.model_digest, path);
  if (schema.kind == ValueKind::latents) {
    write_number(values, "image_height", schema.encoding.image_height, path);
    write_number(values, "image_width", schema.encoding.image_width, path);
    write_number(values, "image_channels", schema.encoding.image_channels, path);
    write_real(values, "scaling_factor", schema.encoding.scaling_factor, path);
  }
}

void write_names(hid_t object, const std::vector<std::string>& names, const std::filesystem::path& path) {
  std::size_t width = 1;
  for (const std::string& name : names) {
    width = std::max(width, name.size());
  }
  std::string padded;
  for (const std::string& name : names) {
    padded.append(name).append(width - name.size(), '\0');
  }
  const Hdf5Type type = text_type(width);
  const hsize_t count = names.size();
  const Hdf5Space space(H5Screate_simple(1, &count, nullptr));
  const Hdf5Attribute attribute(check_hdf5<IoError>(H5Acreate2(object, "names", type.id(), space.id(), H5P_DEFAULT, H5P_DEFAULT),
                                                    "create an attribute", path, write_advice));
  check_hdf5<IoError>(H5Awrite(attribute.id(), type.id(), padded.data()), "write an attribute", path, write_advice);
}

} // namespace radforge
