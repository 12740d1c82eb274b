#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace radforge {

/// An open file of the operating system, closed at the end. Errors: IoError with the path and errno's text.
class FileDescriptor {
 public:
  /// `flags` and `mode` as for open(2); closed on exec.
  FileDescriptor(std::filesystem::path path, int flags, int mode = 0);
  /// Creates `<stem>-<host>-<pid>-<number>` for writing, a name that no other process, thread or killed process has.
  static FileDescriptor create_unique(const std::filesystem::path& stem);
  ~FileDescriptor();
  FileDescriptor(FileDescriptor&& other) noexcept;
  FileDescriptor& operator=(FileDescriptor&&) = delete;

  /// Writes all of `bytes`.
  void write(std::span<const std::byte> bytes);
  /// Reads at most `buffer.size()` bytes; 0 at the end of the file.
  std::size_t read(std::span<std::byte> buffer);
  /// The same from byte `offset` on; the place where read() goes on stays.
  std::size_t read_at(std::span<std::byte> buffer, std::uint64_t offset) const;
  void sync();
  /// Closes now, so that an error that the file system reports late (NFS, quota) is seen.
  void close();

  int number() const { return number_; }
  const std::filesystem::path& path() const { return path_; }

 private:
  FileDescriptor(int number, std::filesystem::path path);

  std::filesystem::path path_;
  int number_;
};

/// "cannot <what> '<path>' (<text of error_number>) <what to do>".
std::string io_error_text(const char* what, const std::filesystem::path& path, int error_number);

/// Throws IoError with that text.
[[noreturn]] void throw_io_error(const char* what, const std::filesystem::path& path, int error_number);

} // namespace radforge
