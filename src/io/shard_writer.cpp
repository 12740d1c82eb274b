#include "radforge/io/shard_writer.hpp"

#include "radforge/core/error.hpp"
#include "radforge/core/hash.hpp"
#include "radforge/core/parallel_for.hpp"

#include "hdf5_memory.hpp"
#include "partial_file.hpp"
#include "stored_chunk.hpp"
#include "zlib_codec.hpp"

#include <cstring>
#include <string_view>
#include <utility>

namespace radforge {
namespace {

std::vector<std::byte> column_bytes(const std::vector<SampleRecord>& rows, const TextColumn& column) {
  std::vector<std::byte> bytes(rows.size() * column.width);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string& text = rows[i].*column.member;
    std::memcpy(bytes.data() + i * column.width, text.data(), text.size());
  }
  return bytes;
}

template <class Value>
std::vector<std::byte> column_bytes(const std::vector<SampleRecord>& rows, Value SampleRecord::*member) {
  std::vector<std::byte> bytes(rows.size() * sizeof(Value));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::memcpy(bytes.data() + i * sizeof(Value), &(rows[i].*member), sizeof(Value));
  }
  return bytes;
}

template <class Value>
std::vector<std::byte> list_bytes(const std::vector<SampleRecord>& rows, std::vector<Value> SampleRecord::*member) {
  std::vector<std::byte> bytes;
  for (const SampleRecord& row : rows) {
    const auto values = std::as_bytes(std::span(row.*member));
    bytes.insert(bytes.end(), values.begin(), values.end());
  }
  return bytes;
}

struct RawColumn {
  ShardColumn column;
  std::vector<std::byte> bytes; ///< of all rows
};

} // namespace

struct ShardWriter::State {
  State(const std::filesystem::path& path_, DatasetSchema schema_, Options options_)
      : path(path_), schema(std::move(schema_)), options(options_), packer(schema, options.compression_level), partial(path_) {
    const Hdf5Lock lock;
    file = std::make_unique<Hdf5MemoryFile>(path);
    write_number(file->id(), "schema_version", DatasetIndex::schema_version, path);
    write_number(file->id(), "first_id", options.first_id, path);
    values = create_dataset(file->id(), values_column(schema), static_cast<hsize_t>(options.num_rows), 1,
                            options.compression_level, path);
    write_encoding(values.id(), schema, path);
  }

  ~State() {
    const Hdf5Lock lock;
    values.close();
    file.reset();
  }

  void write_values(PackedRow row) {
    {
      const Hdf5Lock lock;
      write_stored_chunk(values.id(), static_cast<hsize_t>(rows.size()), row.stored, path);
    }
    row_digests.push_back(std::move(row.row_digest));
    pixel_digests.push_back(std::move(row.pixel_digest));
    rows.push_back(std::move(row.metadata));
  }

  /// The file's bytes.
  std::vector<std::byte> finish() {
    const Hdf5Lock lock;
    write_columns();
    check_hdf5<InternalError>(values.close(), "close a dataset", path, "report it");
    return file->close();
  }

  /// Metadata is much larger than small images before it is compressed.
  void write_columns() {
    const std::vector<RawColumn> columns = raw_columns();
    std::vector<std::vector<std::byte>> stored(columns.size());
    std::vector<ZlibCompressor> compressors;
    for (int worker = 0; worker < options.num_threads; ++worker) {
      compressors.emplace_back(options.compression_level);
    }
    parallel_for(columns.size(), options.num_threads, [&](int worker, std::size_t i) {
      stored[i] = compressors[static_cast<std::size_t>(worker)].compress(columns[i].bytes);
    });
    for (std::size_t i = 0; i < columns.size(); ++i) {
      write_column(columns[i].column, stored[i]);
    }
  }

  std::vector<RawColumn> raw_columns() const {
    std::vector<RawColumn> columns;
    columns.push_back({id_column(), column_bytes(rows, &SampleRecord::id)});
    columns.push_back({age_column(), column_bytes(rows, &SampleRecord::age)});
    for (const TextColumn& column : text_columns) {
      columns.push_back({text_column(column), column_bytes(rows, column)});
    }
    if (!schema.findings.empty()) {
      columns.push_back({findings_column(schema), list_bytes(rows, &SampleRecord::findings)});
    }
    if (schema.generation) {
      columns.push_back({attempt_column(), column_bytes(rows, &SampleRecord::attempt)});
      if (!schema.generation->checks.empty()) {
        columns.push_back({check_scores_column(schema), list_bytes(rows, &SampleRecord::check_scores)});
        columns.push_back({check_passed_column(schema), list_bytes(rows, &SampleRecord::check_passed)});
      }
    }
    return columns;
  }

  void write_column(const ShardColumn& column, std::span<const std::byte> stored) {
    const Hdf5Dataset dataset = create_dataset(file->id(), column, rows.size(), rows.size(), options.compression_level, path);
    if (const std::vector<std::string> names = names_of(column, schema); !names.empty()) {
      write_names(dataset.id(), names, path);
    }
    write_stored_chunk(dataset.id(), 0, stored, path);
  }

  std::filesystem::path path;
  DatasetSchema schema;
  Options options;
  RowPacker packer;
  PartialFile partial;
  std::unique_ptr<Hdf5MemoryFile> file;
  Hdf5Dataset values;
  std::vector<SampleRecord> rows; ///< without pixels
  std::vector<std::string> row_digests;
  std::vector<std::string> pixel_digests;
};

ShardWriter::ShardWriter(std::filesystem::path path, DatasetSchema schema, Options options) {
  require(schema.height > 0 && schema.width > 0 && schema.channels > 0, "a shard's rows have values");
  require((schema.kind == ValueKind::images) == (schema.type == ValueType::uint8), "images are bytes, and nothing else is");
  require(options.num_rows > 0, "a shard has rows");
  require(options.num_threads >= 1, "at least one thread");
  state_ = std::make_unique<State>(path, std::move(schema), options);
}

ShardWriter::~ShardWriter() = default;

void ShardWriter::append(PackedRow row) {
  require(state_ != nullptr, "a closed shard takes no more records");
  const auto place = static_cast<std::int64_t>(state_->rows.size());
  require(place < state_->options.num_rows, "a shard gets no more rows than it was made for");
  require(row.metadata.id == state_->options.first_id + place, "records of a shard come in the order of their ids");
  state_->write_values(std::move(row));
}

void ShardWriter::append(SampleRecord record) {
  require(state_ != nullptr, "a closed shard takes no more records");
  append(state_->packer.pack(std::move(record)));
}

ShardSummary ShardWriter::close() {
  require(state_ != nullptr, "a shard is closed once");
  require(static_cast<std::int64_t>(state_->rows.size()) == state_->options.num_rows,
          "a shard gets all rows that it was made for");
  // Whatever happens from here on, this writer is done; its end removes what is not published.
  const std::unique_ptr<State> state = std::move(state_);
  const std::vector<std::byte> image = state->finish();
  ShardSummary summary;
  summary.file = state->path.filename().string();
  summary.first_id = state->options.first_id;
  summary.num_rows = state->options.num_rows;
  summary.num_bytes = static_cast<std::int64_t>(image.size());
  summary.file_digest = digest(image);
  summary.row_digests = std::move(state->row_digests);
  summary.pixel_digests = std::move(state->pixel_digests);
  state->partial.write(image);
  state->partial.publish(summary.file_digest);
  return summary;
}

std::string ShardWriter::file_name(std::int64_t index) { return fmt::format("shard-{:05}.h5", index); }

} // namespace radforge
