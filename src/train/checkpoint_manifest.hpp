#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace radforge {

/// `manifest.json` of a checkpoint set: what must be in the folder for the set to exist.
struct CheckpointManifest {
  static constexpr int schema_version = 1;
  static constexpr const char* file_name = "manifest.json";

  struct File {
    std::uintmax_t bytes = 0;
    std::string digest; ///< XXH3-128
  };

  std::int64_t step = 0;
  std::string config_digest;
  std::map<std::string, File> files;

  void add_file(const std::filesystem::path& path);
  void write(const std::filesystem::path& folder) const;
  /// Errors: DataError, IoError.
  static CheckpointManifest read(const std::filesystem::path& folder);
  /// Errors: DataError naming the file that is missing or differs.
  void check_files(const std::filesystem::path& folder) const;
};

} // namespace radforge
