#include "radforge/io/dataset_index.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"

#include "dataset_json.hpp"
#include "virtual_dataset.hpp"

#include <algorithm>
#include <array>
#include <system_error>

namespace radforge {

namespace {

constexpr std::array kind_names{"images", "latents", "text_states"};
constexpr std::array type_names{"uint8", "float16", "float32"};

template <class Enumerator, std::size_t size>
std::optional<Enumerator> find_name(const std::array<const char*, size>& names, std::string_view name) {
  const auto found = std::ranges::find(names, name);
  return found == names.end() ? std::nullopt : std::optional(static_cast<Enumerator>(found - names.begin()));
}

} // namespace

const char* name_of(ValueKind kind) { return kind_names[static_cast<std::size_t>(kind)]; }
const char* name_of(ValueType type) { return type_names[static_cast<std::size_t>(type)]; }
std::optional<ValueKind> value_kind_of(std::string_view name) { return find_name<ValueKind>(kind_names, name); }
std::optional<ValueType> value_type_of(std::string_view name) { return find_name<ValueType>(type_names, name); }
std::size_t size_of(ValueType type) { return std::array<std::size_t, 3>{1, 2, 4}[static_cast<std::size_t>(type)]; }

ImageShape image_shape_of(const DatasetSchema& schema) {
  if (schema.kind == ValueKind::latents) {
    return {schema.encoding.image_height, schema.encoding.image_width, schema.encoding.image_channels};
  }
  return {schema.height, schema.width, schema.channels};
}

void require_images(const DatasetSchema& schema, const std::filesystem::path& folder) {
  if (schema.kind != ValueKind::images) {
    throw DataError("{} holds {}, not images (a frozen model made them, and no picture comes of them here). Name the data set "
                    "of the images",
                    folder.string(), name_of(schema.kind));
  }
}

std::int64_t DatasetIndex::num_rows() const {
  std::int64_t rows = 0;
  for (const ShardSummary& shard : shards) {
    rows += shard.num_rows;
  }
  return rows;
}

DatasetIndex DatasetIndex::load(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / file_name;
  std::error_code ignored;
  if (std::filesystem::is_directory(folder, ignored) && !std::filesystem::exists(path, ignored)) {
    throw DataError("{}: no finished data set ({} is written last and is not there); finish the run that makes it",
                    folder.string(), file_name);
  }
  return parse_dataset_json(read_file(path), path.string());
}

void DatasetIndex::save(const std::filesystem::path& folder) {
  virtual_file = write_virtual_dataset(*this, folder);
  write_file_atomically(folder / file_name, dataset_json(*this));
}

} // namespace radforge
