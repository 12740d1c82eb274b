#pragma once

#include "radforge/config/prepare_config.hpp"
#include "radforge/data/manifest.hpp"
#include "radforge/data/rejections.hpp"
#include "radforge/io/dataset_index.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace radforge {

/// Schema of the shards that a configuration asks for.
DatasetSchema schema_of(const PrepareConfig& config);

/// Shards that so many rows make; all but the last are full.
std::int64_t num_shards_of(std::int64_t num_rows, std::int64_t rows_per_shard);

/// A shard and the rows in it whose images are unusable: black, with the status "rejected".
struct PreparedShard {
  ShardSummary summary;
  std::vector<ImageFault> faults;
};

/// Makes the shards of a manifest, each row's image read, made square, resized and packed on worker threads. Any rank may make
/// any shard, with any number of threads: the bytes are the same. All references outlive the object.
class ShardMaker {
 public:
  ShardMaker(const PrepareConfig& config, const Manifest& manifest, int num_threads);

  std::int64_t num_shards() const;
  /// Publishes shard `shard` in `folder`. What is wrong with an image file is a fault; a file that cannot be read for another
  /// reason is an error, since a second try may succeed. Errors: IoError.
  PreparedShard make(std::int64_t shard, const std::filesystem::path& folder) const;
  /// The shard that lies in `folder` already, if it is whole, holds the manifest's rows, and the images of its rejected rows are
  /// still unusable; else it must be made. Errors: IoError.
  std::optional<PreparedShard> find(std::int64_t shard, const std::filesystem::path& folder) const;

 private:
  std::span<const ManifestRow> rows_of(std::int64_t shard) const;

  const PrepareConfig& config_;
  const Manifest& manifest_;
  const int num_threads_;
};

/// Whether a row is what was planned, whatever a check found of it: the same but for its pixels, status, attempt and scores.
bool is_as_planned(const SampleRecord& row, const SampleRecord& planned);

/// The shard at `path`, if it is whole, has `num_rows` rows and each `is_expected` (without pixels); else it must be made.
/// Errors: IoError.
std::optional<ShardSummary> find_shard(const std::filesystem::path& path, const DatasetSchema& schema, std::int64_t num_rows,
                                       const std::function<bool(const SampleRecord& row)>& is_expected);
/// The same for rows of which all but the pixels is known before: the shard's ids count on from the first one's.
std::optional<ShardSummary> find_shard(const std::filesystem::path& path, const DatasetSchema& schema,
                                       std::span<const SampleRecord> records);

/// Counts rows by status and, of those that are "ok", by site, split, sex, age_group, race and view, as DatasetIndex::counts has
/// them; "unknown" for what is empty.
class RowCounter {
 public:
  void add(const SampleRecord& record);
  const std::map<std::string, std::map<std::string, std::int64_t>>& counts() const { return counts_; }

 private:
  std::map<std::string, std::map<std::string, std::int64_t>> counts_;
};

/// Summaries as text for other ranks, and back. Errors of `read_summaries`: InternalError.
std::string write_summaries(const std::vector<ShardSummary>& summaries);
std::vector<ShardSummary> read_summaries(std::string_view text);

} // namespace radforge
