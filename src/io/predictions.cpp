#include "radforge/io/predictions.hpp"

#include "radforge/core/error.hpp"

#include "hdf5_memory.hpp"
#include "partial_file.hpp"
#include "shard_layout.hpp"
#include "stored_chunk.hpp"
#include "zlib_codec.hpp"

#include <algorithm>
#include <cstring>
#include <span>
#include <string_view>

namespace radforge {

namespace {

constexpr int compression_level = 4;

/// Columns of one file, each one compressed chunk.
class Columns {
 public:
  Columns(hid_t file, std::size_t num_rows, const std::filesystem::path& path)
      : file_(file), num_rows_(num_rows), path_(path), compressor_(compression_level) {}

  template <class Value>
  Hdf5Dataset write(const ShardColumn& column, const std::vector<Value>& values) {
    const auto bytes = std::as_bytes(std::span(values));
    require(bytes.size() == num_rows_ * column.row_bytes(), "a value a row");
    Hdf5Dataset dataset = create_dataset(file_, column, num_rows_, num_rows_, compression_level, path_);
    write_stored_chunk(dataset.id(), 0, compressor_.compress(bytes), path_);
    return dataset;
  }

  void write_texts(const char* name, const std::vector<std::string>& texts) {
    std::size_t width = 1;
    for (const std::string& text : texts) {
      width = std::max(width, text.size());
    }
    std::vector<char> bytes(texts.size() * width);
    for (std::size_t i = 0; i < texts.size(); ++i) {
      std::memcpy(bytes.data() + i * width, texts[i].data(), texts[i].size());
    }
    write(ShardColumn{name, text_type(width), {}}, bytes);
  }

 private:
  hid_t file_;
  std::size_t num_rows_;
  const std::filesystem::path& path_;
  ZlibCompressor compressor_;
};

template <class Member>
auto column_of(const std::vector<SampleRecord>& samples, const Member& member) {
  std::vector<std::decay_t<std::invoke_result_t<Member, const SampleRecord&>>> values;
  std::ranges::transform(samples, std::back_inserter(values), member);
  return values;
}

} // namespace

void write_predictions(const std::filesystem::path& path, const Predictions& predictions) {
  const std::size_t num_rows = predictions.samples.size();
  require(num_rows > 0 && predictions.datasets.size() == num_rows && !predictions.names.empty() &&
              predictions.outputs.size() == num_rows * predictions.names.size() &&
              predictions.labels.size() == predictions.outputs.size(),
          "predictions have as many of each");
  std::vector<std::byte> bytes;
  {
    const Hdf5Lock lock;
    Hdf5MemoryFile file(path);
    write_number(file.id(), "schema_version", Predictions::schema_version, path);
    write_text(file.id(), "label", predictions.label, path);
    for (const auto& [name, text] : predictions.provenance) {
      write_text(file.id(), name.c_str(), text, path);
    }
    Columns columns(file.id(), num_rows, path);
    const ShardColumn outputs{"outputs", value_type(ValueType::float32), {predictions.names.size()}};
    write_names(columns.write(outputs, predictions.outputs).id(), predictions.names, path);
    const ShardColumn labels{"labels", value_type(ValueType::float32), {predictions.names.size()}};
    write_names(columns.write(labels, predictions.labels).id(), predictions.names, path);
    columns.write_texts("dataset", predictions.datasets);
    columns.write(id_column(), column_of(predictions.samples, [](const SampleRecord& sample) { return sample.id; }));
    columns.write(age_column(), column_of(predictions.samples, [](const SampleRecord& sample) { return sample.age; }));
    columns.write_texts("site", column_of(predictions.samples, [](const SampleRecord& sample) { return site_of(sample); }));
    for (const TextColumn& column : text_columns) {
      if (const std::string_view name = column.name; name != "prompt" && name != "status") {
        columns.write_texts(column.name,
                            column_of(predictions.samples, [&](const SampleRecord& sample) { return sample.*column.member; }));
      }
    }
    bytes = file.close();
  }
  PartialFile partial(path);
  partial.write(bytes);
  partial.publish();
}

} // namespace radforge
