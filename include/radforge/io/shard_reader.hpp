#pragma once

#include "radforge/io/dataset_index.hpp"
#include "radforge/io/sample_record.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

namespace radforge {

/// Reads one shard. Metadata columns are read once; values by row, decompressed outside the HDF5 lock, so several threads
/// may call `values` at once. Errors: DataError (not a shard, wrong schema, broken row), IoError.
class ShardReader {
 public:
  explicit ShardReader(const std::filesystem::path& path);
  ~ShardReader();
  ShardReader(ShardReader&&) noexcept;
  ShardReader& operator=(ShardReader&&) noexcept;

  const DatasetSchema& schema() const;
  std::int64_t first_id() const;
  std::int64_t num_rows() const;

  /// All rows' metadata; `pixels` is empty in each.
  std::vector<SampleRecord> metadata() const;
  /// The row's values, of an image its pixels, into `out`: schema().num_bytes(). Thread-safe.
  void values(std::int64_t row, std::span<std::uint8_t> out) const;
  /// XXH3-128 of the row's stored bytes, as ShardSummary has it.
  std::string row_digest(std::int64_t row) const;
  /// XXH3-128 of the row's decoded values, as ShardSummary has it.
  std::string pixel_digest(std::int64_t row) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// What ShardWriter::close returned for a published shard, found again from the file (a run that goes on lists shards of the run
/// before). Reads the whole file. Errors: as ShardReader.
ShardSummary summarize_shard(const std::filesystem::path& path);

} // namespace radforge
