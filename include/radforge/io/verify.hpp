#pragma once

#include "radforge/io/dataset_index.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace radforge {

enum class VerifyDepth {
  files, ///< size and digest of each file; where one differs, which rows do
  pixels ///< every image is decoded as well, and its pixels compared
};

/// What was found wrong; empty `problems` means that every digest holds.
struct VerifyReport {
  std::int64_t num_shards = 0;
  std::int64_t num_rows = 0;
  std::int64_t num_bytes = 0;
  std::vector<std::string> problems;      ///< each names file, row and what differs
  std::vector<std::string> damaged_files; ///< names of listed files that are missing or differ, as from the data set's folder

  /// Counts and lists of both.
  void add(const VerifyReport& other);
};

/// Checks one shard against its summary.
VerifyReport verify_shard(const std::filesystem::path& folder, const ShardSummary& expected, VerifyDepth depth);

/// Checks what lies beside the shards: `dataset.h5`, that no shard is there that the index does not list, and that the data set
/// of text states below is the one that the index names; that is one of its own.
VerifyReport verify_folder(const std::filesystem::path& folder, const DatasetIndex& index);

/// Whether the data set has text states below it whose own index is as listed: they can be verified too.
bool has_sound_text_states(const DatasetIndex& index, const VerifyReport& report);
/// The report on a data set in `subfolder` as the one above it gives it.
VerifyReport below(const std::string& subfolder, VerifyReport report);

/// All of it. Errors: as DatasetIndex::load.
VerifyReport verify_dataset(const std::filesystem::path& folder, VerifyDepth depth = VerifyDepth::files);

} // namespace radforge
