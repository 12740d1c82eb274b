#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

namespace radforge {

/// An open file of the operating system, closed at the end. Errors: IoError with the path and errno's text.
class FileDescriptor {
 public:
  /// `flags` and `mode` as for open(2); closed on exec.
  FileDescriptor(std::filesystem::path path, int flags, int mode = 0);
  ~FileDescriptor();
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;

  /// Writes all of `bytes`.
  void write(std::span<const std::byte> bytes);
  /// Reads at most `buffer.size()` bytes; 0 at the end of the file.
  std::size_t read(std::span<std::byte> buffer);
  void sync();
  /// Closes now, so that an error that the file system reports late (NFS, quota) is seen.
  void close();

  int number() const { return number_; }

 private:
  std::filesystem::path path_;
  int number_;
};

/// Throws IoError: "cannot <what> '<path>' (<text of error_number>) <what to do>".
[[noreturn]] void throw_io_error(const char* what, const std::filesystem::path& path, int error_number);

} // namespace radforge
