#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

namespace radforge {

/// A file's bytes as memory, read only. Errors: IoError.
class MappedFile {
 public:
  explicit MappedFile(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::span<const std::byte> bytes() const { return bytes_; }

 private:
  std::span<const std::byte> bytes_;
};

} // namespace radforge
