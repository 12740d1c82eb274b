#pragma once

#include <filesystem>

namespace radforge {

/// A new folder that is removed with everything in it at the end, unless it got another name (publish_folder) before.
class TemporaryFolder {
 public:
  /// Makes the folder; its parent exists. Errors: IoError, also when it is there already.
  explicit TemporaryFolder(std::filesystem::path path);
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

} // namespace radforge
