#include "shard_layout.hpp"

#include "radforge/core/error.hpp"

#include <algorithm>

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

ShardColumn images_column(const DatasetSchema& schema) {
  std::vector<hsize_t> shape{static_cast<hsize_t>(schema.height), static_cast<hsize_t>(schema.width)};
  if (schema.channels > 1) {
    shape.push_back(static_cast<hsize_t>(schema.channels));
  }
  return {"images", Hdf5Type(H5Tcopy(H5T_STD_U8LE)), shape};
}

ShardColumn id_column() { return {"id", Hdf5Type(H5Tcopy(H5T_STD_I64LE)), {}}; }

ShardColumn age_column() { return {"age", Hdf5Type(H5Tcopy(H5T_IEEE_F32LE)), {}}; }

ShardColumn text_column(const TextColumn& column) { return {column.name, text_type(column.width), {}}; }

ShardColumn findings_column(const DatasetSchema& schema) {
  return {"findings", Hdf5Type(H5Tcopy(H5T_STD_I8LE)), {schema.findings.size()}};
}

std::vector<ShardColumn> columns_of(const DatasetSchema& schema) {
  std::vector<ShardColumn> columns;
  columns.push_back(images_column(schema));
  columns.push_back(id_column());
  columns.push_back(age_column());
  for (const TextColumn& column : text_columns) {
    columns.push_back(text_column(column));
  }
  if (!schema.findings.empty()) {
    columns.push_back(findings_column(schema));
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
