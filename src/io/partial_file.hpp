#pragma once

#include "radforge/core/file_descriptor.hpp"

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

namespace radforge {

/// A new file under the name `<path>.partial-<host>-<pid>-<number>`, its own, until it is published; removed if it never is. What
/// was there before is untouched until then. Errors: IoError with errno's text.
class PartialFile {
 public:
  explicit PartialFile(const std::filesystem::path& path);
  ~PartialFile();
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;

  void write(std::span<const std::byte> bytes);
  /// Reads the file back and compares digests, then fsync, rename, fsync of the folder.
  void publish(const std::string& expected_digest);
  void publish();

 private:
  std::filesystem::path final_path_;
  FileDescriptor file_;
};

} // namespace radforge
