#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

namespace radforge {

/// What a file system has left for a user without privileges.
struct FreeRoom {
  std::uint64_t bytes = 0;
  std::uint64_t files = 0; ///< the largest number where the file system does not count them
};

/// The calls that change what is on a disk, in one place, so that a test can let any of them fail. A call that was interrupted is
/// made again, a short write is completed. Errors: IoError with the path and errno's text. Thread-safe.
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  /// A file being written. Closed at the end; close() sees what the file system reports late.
  class File {
   public:
    ~File();
    File(File&& other) noexcept;
    File& operator=(File&&) = delete;

    void write(std::span<const std::byte> bytes);
    void write(std::string_view text) { write(std::as_bytes(std::span(text))); }
    void sync();
    void close();

   private:
    friend class FileSystem;
    File(FileSystem& system, std::filesystem::path path, int number);

    FileSystem* system_;
    std::filesystem::path path_;
    int number_;
  };

  /// A new file, or an old one emptied.
  File create(const std::filesystem::path& path);
  /// Its parent exists; it may exist itself.
  void make_folder(const std::filesystem::path& path);
  /// In the place of a file of that name, or of an empty folder.
  void rename(const std::filesystem::path& from, const std::filesystem::path& to);
  /// Two folders swap their names at once, where the file system can do that; else in two steps, with `to` out of sight between
  /// them. Afterwards what was `to` is `from`.
  void exchange(const std::filesystem::path& from, const std::filesystem::path& to);
  /// It may be missing.
  void remove_file(const std::filesystem::path& path);
  /// A folder with everything in it; symbolic links are not followed. It may be missing.
  void remove_folder(const std::filesystem::path& path);
  void sync_folder(const std::filesystem::path& path);
  FreeRoom free_room(const std::filesystem::path& folder);

 protected:
  /// As the calls of the operating system: -1 and errno for an error.
  virtual int call_create(const char* path);
  virtual std::ptrdiff_t call_write(int file, std::span<const std::byte> bytes);
  virtual int call_sync(int file);
  virtual int call_close(int file);
  virtual int call_make_folder(const char* path);
  virtual int call_rename(const char* from, const char* to);
  virtual int call_exchange(const char* from, const char* to);
  virtual int call_remove_file(const char* path);
  virtual int call_remove_folder(const char* path);
  virtual int call_free_room(const char* path, FreeRoom& room);
};

} // namespace radforge
