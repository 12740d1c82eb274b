#pragma once

#include "radforge/io/dataset_index.hpp"
#include "radforge/io/sample_record.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>

namespace radforge {

/// Writes one shard: a partial file beside it, then digests, fsync, rename, fsync of the folder (docs/data-format.md). One writer
/// a file; writers of different files may run in different ranks. Equal records give equal bytes. Destroying an unclosed writer
/// removes the partial file.
class ShardWriter {
 public:
  struct Options {
    std::int64_t first_id = 0;
    std::int64_t num_rows = 0; ///< rows the shard will have; `close` refuses any other number
    int compression_level = 4; ///< libdeflate, 0 to 12
  };

  /// Errors: IoError (no space, not writable).
  ShardWriter(std::filesystem::path path, DatasetSchema schema, Options options);
  ~ShardWriter();
  ShardWriter(const ShardWriter&) = delete;
  ShardWriter& operator=(const ShardWriter&) = delete;

  /// Ids must come in order from first_id on. Errors: IoError, and DataError when the record does not fit the schema.
  void append(const SampleRecord& record);
  /// Publishes the shard. Errors: IoError, after which nothing is published and what was there before is untouched.
  ShardSummary close();

  /// Name of shard `index`: "shard-00012.h5".
  static std::string file_name(std::int64_t index);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace radforge
