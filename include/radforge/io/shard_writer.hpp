#pragma once

#include "radforge/io/dataset_index.hpp"
#include "radforge/io/sample_record.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace radforge {

/// A record as a shard stores it: pixels checked, compressed and digested.
struct PackedRow {
  SampleRecord metadata; ///< without pixels
  std::vector<std::byte> stored;
  std::string row_digest;
  std::string pixel_digest;
};

/// Makes rows for shards of one schema. Each thread has its own, so that many pack while one writes. Equal records give equal
/// rows.
class RowPacker {
 public:
  explicit RowPacker(DatasetSchema schema, int compression_level);
  ~RowPacker();
  RowPacker(RowPacker&&) noexcept;

  /// Errors: DataError when the record does not fit the schema.
  PackedRow pack(SampleRecord record);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Writes one shard: a partial file beside it, then digests, fsync, rename, fsync of the folder (docs/data-format.md). One writer
/// a file; writers of different files may run in different ranks. Equal records give equal bytes. Destroying an unclosed writer
/// removes the partial file.
class ShardWriter {
 public:
  struct Options {
    std::int64_t first_id = 0;
    std::int64_t num_rows = 0; ///< rows the shard will have; `close` refuses any other number
    int compression_level = 4; ///< libdeflate, 0 to 12
    int num_threads = 1;       ///< that compress; bytes do not depend on their number
  };

  /// Errors: IoError (no space, not writable).
  ShardWriter(std::filesystem::path path, DatasetSchema schema, Options options);
  ~ShardWriter();
  ShardWriter(const ShardWriter&) = delete;
  ShardWriter& operator=(const ShardWriter&) = delete;

  /// A row of a packer of the same schema and compression level. Ids must come in order from first_id on. Errors: IoError.
  void append(PackedRow row);
  /// The same, packed here. Errors: IoError, and DataError when the record does not fit the schema.
  void append(SampleRecord record);
  /// Publishes the shard. Errors: IoError, after which nothing is published and what was there before is untouched.
  ShardSummary close();

  /// Name of shard `index`: "shard-00012.h5".
  static std::string file_name(std::int64_t index);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace radforge
