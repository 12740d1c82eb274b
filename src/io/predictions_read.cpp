#include "radforge/io/predictions.hpp"

#include "radforge/core/error.hpp"

#include "stored_column.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

namespace radforge {

namespace {

constexpr std::size_t most_text_bytes = 4096;
constexpr hsize_t most_names = 10000;

template <class Value>
std::vector<Value> read_values(hid_t file, const ShardColumn& column, hsize_t num_rows, const std::filesystem::path& path) {
  const std::vector<char> bytes = read_column(file, column, num_rows, path);
  std::vector<Value> values(bytes.size() / sizeof(Value));
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

/// Texts are as wide as the longest of them.
std::vector<std::string> read_texts(hid_t file, const char* name, hsize_t num_rows, const std::filesystem::path& path) {
  const Hdf5Dataset dataset = open_dataset(file, name, path);
  const Hdf5Type type(H5Dget_type(dataset.id()));
  const std::size_t width = H5Tget_size(type.id());
  if (width == 0 || width > most_text_bytes) {
    refuse_file(path, fmt::format("'{}' is not text", name));
  }
  const std::vector<char> bytes = read_column(file, ShardColumn{name, text_type(width), {}}, num_rows, path);
  std::vector<std::string> texts;
  for (hsize_t row = 0; row < num_rows; ++row) {
    const char* text = bytes.data() + row * width;
    texts.emplace_back(text, strnlen(text, width));
  }
  return texts;
}

void read_samples(Predictions& predictions, hid_t file, hsize_t num_rows, const std::filesystem::path& path) {
  predictions.samples.resize(num_rows);
  const auto ids = read_values<std::int64_t>(file, id_column(), num_rows, path);
  const auto ages = read_values<float>(file, age_column(), num_rows, path);
  for (std::size_t row = 0; row < num_rows; ++row) {
    predictions.samples[row].id = ids[row];
    predictions.samples[row].age = ages[row];
  }
  for (const TextColumn& column : text_columns) {
    if (const std::string_view name = column.name; name == "prompt" || name == "status") {
      continue;
    }
    std::vector<std::string> texts = read_texts(file, column.name, num_rows, path);
    for (std::size_t row = 0; row < num_rows; ++row) {
      predictions.samples[row].*column.member = std::move(texts[row]);
    }
  }
}

} // namespace

Predictions read_predictions(const std::filesystem::path& path) {
  const Hdf5Lock lock;
  const Hdf5File file = open_hdf5_file(path);
  if (const std::int64_t version = read_number(file.id(), "schema_version", path); version != Predictions::schema_version) {
    throw DataError("{}: schema version {} (this program reads {}); use the program that made it, or make it again",
                    path.string(), version, Predictions::schema_version);
  }
  Predictions predictions;
  predictions.label = read_text(file.id(), "label", path);
  const std::vector<hsize_t> shape = dimensions_of(open_dataset(file.id(), "outputs", path).id());
  if (shape.size() != 2 || shape[0] == 0 || shape[1] == 0 || shape[1] > most_names ||
      shape[0] > std::filesystem::file_size(path)) { // a row takes more than a byte, with its columns
    refuse_file(path, "'outputs' is no table of rows x names");
  }
  for (const char* name : {"outputs", "labels"}) {
    const ShardColumn column{name, value_type(ValueType::float32), {shape[1]}};
    (std::string_view(name) == "outputs" ? predictions.outputs : predictions.labels) =
        read_values<float>(file.id(), column, shape[0], path);
    predictions.names = read_names(open_dataset(file.id(), name, path).id(), path);
    if (predictions.names.size() != shape[1]) {
      refuse_file(path, fmt::format("'{}' has {} names for {} columns", name, predictions.names.size(), shape[1]));
    }
  }
  predictions.datasets = read_texts(file.id(), "dataset", shape[0], path);
  read_samples(predictions, file.id(), shape[0], path);
  for (const char* name : {"model_digest", "radforge_config_digest", "splits"}) {
    if (H5Aexists(file.id(), name) > 0) {
      predictions.provenance[name] = read_text(file.id(), name, path);
    }
  }
  return predictions;
}

} // namespace radforge
