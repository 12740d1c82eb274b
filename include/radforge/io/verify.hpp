#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace radforge {

/// What `verify_shard` and `verify_dataset` found wrong; empty `problems` means that every digest holds.
struct VerifyReport {
  std::int64_t num_shards = 0;
  std::int64_t num_rows = 0;
  std::int64_t num_bytes = 0;
  std::vector<std::string> problems; ///< each names file, row and what differs
};

struct ShardSummary;

/// Checks one shard against its summary: size, file digest and, if the file differs, which rows do.
VerifyReport verify_shard(const std::filesystem::path& folder, const ShardSummary& expected);

/// Checks all shards that `dataset.json` lists and that no other shard lies beside them. Errors: as DatasetIndex::load.
VerifyReport verify_dataset(const std::filesystem::path& folder);

} // namespace radforge
