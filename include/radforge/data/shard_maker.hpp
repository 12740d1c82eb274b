#pragma once

#include "radforge/config/prepare_config.hpp"
#include "radforge/data/manifest.hpp"
#include "radforge/io/dataset_index.hpp"

#include <cstdint>
#include <filesystem>
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

/// Makes shard `shard` in `folder`: each row's image is read, made square, resized and written. Any rank may make any shard, the
/// bytes are the same. Errors: DataError (an image cannot be decoded), IoError.
ShardSummary make_shard(const PrepareConfig& config, const Manifest& manifest, std::int64_t shard,
                        const std::filesystem::path& folder);

/// The shard that lies in `folder` already, if it is whole and holds the manifest's rows; else it must be made. Errors: IoError.
std::optional<ShardSummary> find_shard(const PrepareConfig& config, const Manifest& manifest, std::int64_t shard,
                                       const std::filesystem::path& folder);

/// The same for any rows: those of the shard at `path`, pixels aside, are `records`, and every image in it can be read.
std::optional<ShardSummary> find_shard(const std::filesystem::path& path, const DatasetSchema& schema,
                                       std::span<const SampleRecord> records);

/// Rows by site, split, sex, age_group and view, as DatasetIndex::counts has them; "unknown" for what is empty.
std::map<std::string, std::map<std::string, std::int64_t>> count_rows(std::span<const SampleRecord> records);

/// The records of the manifest's rows.
std::vector<SampleRecord> records_of(const Manifest& manifest);

/// Summaries as text for other ranks, and back. Errors of `read_summaries`: InternalError.
std::string write_summaries(const std::vector<ShardSummary>& summaries);
std::vector<ShardSummary> read_summaries(std::string_view text);

} // namespace radforge
