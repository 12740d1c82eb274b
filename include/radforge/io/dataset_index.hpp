#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace radforge {

/// Shape and columns shared by all shards of a data set.
struct DatasetSchema {
  int height = 0;
  int width = 0;
  int channels = 1;
  std::vector<std::string> findings;

  /// Of one image: height x width x channels.
  std::size_t num_bytes() const {
    return static_cast<std::size_t>(height) * static_cast<std::size_t>(width) * static_cast<std::size_t>(channels);
  }
  bool operator==(const DatasetSchema&) const = default;
};

/// What is known of one published shard.
struct ShardSummary {
  std::string file;          ///< name in the data set's folder
  std::int64_t first_id = 0; ///< ids are first_id, first_id + 1, ...
  std::int64_t num_rows = 0;
  std::int64_t num_bytes = 0;             ///< of the file
  std::string file_digest;                ///< XXH3-128 of the file
  std::vector<std::string> row_digests;   ///< XXH3-128 of each row's stored (compressed) bytes
  std::vector<std::string> pixel_digests; ///< XXH3-128 of each row's decoded pixels

  bool operator==(const ShardSummary&) const = default;
};

/// A file that is no shard.
struct FileSummary {
  std::int64_t num_bytes = 0;
  std::string file_digest; ///< XXH3-128

  bool operator==(const FileSummary&) const = default;
};

/// `dataset.json`: schema, counts and digests of all shards. Written last, so its presence is the commit mark of a data set.
struct DatasetIndex {
  static constexpr int schema_version = 1;
  static constexpr const char* file_name = "dataset.json";
  static constexpr const char* virtual_file_name = "dataset.h5";

  std::string name;          ///< what made it ("prepare", "generate")
  std::string config_digest; ///< of the resolved configuration
  DatasetSchema schema;
  std::int64_t rows_per_shard = 0; ///< shard k holds ids [k * rows_per_shard, ...)
  std::vector<ShardSummary> shards;
  std::map<std::string, std::map<std::string, std::int64_t>> counts; ///< "sex" -> "F" -> rows, for people and plans
  FileSummary virtual_file;                                          ///< of `dataset.h5`; set by `save` and `load`

  std::int64_t num_rows() const;

  /// Errors of `load`: DataError that says what is missing, wrong or damaged, IoError if unreadable.
  static DatasetIndex load(const std::filesystem::path& folder);
  /// Writes the file atomically, and `dataset.h5`, a virtual data set over all shards, before it.
  void save(const std::filesystem::path& folder);
};

} // namespace radforge
