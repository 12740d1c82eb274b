#include "radforge/core/file_system.hpp"

#include "radforge/core/file_descriptor.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <limits>
#include <system_error>
#include <utility>

namespace radforge {

namespace fs = std::filesystem;

namespace {

template <class Call>
auto uninterrupted(const Call& call) {
  auto result = call();
  while (result < 0 && errno == EINTR) {
    result = call();
  }
  return result;
}

} // namespace

FileSystem::File::File(FileSystem& system, fs::path path, int number)
    : system_(&system), path_(std::move(path)), number_(number) {}

FileSystem::File::File(File&& other) noexcept
    : system_(other.system_), path_(std::move(other.path_)), number_(std::exchange(other.number_, -1)) {}

FileSystem::File::~File() {
  if (number_ >= 0) {
    ::close(number_); // on the way out of an error: there is nobody to tell of another
  }
}

void FileSystem::File::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const auto written = uninterrupted([&] { return system_->call_write(number_, bytes); });
    if (written < 0) {
      throw_io_error("write", path_, errno);
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void FileSystem::File::sync() {
  if (uninterrupted([&] { return system_->call_sync(number_); }) != 0) {
    throw_io_error("flush", path_, errno);
  }
}

void FileSystem::File::close() {
  // Linux has closed the descriptor whatever close() answers; EINTR is no failure of the data.
  if (system_->call_close(std::exchange(number_, -1)) != 0 && errno != EINTR) {
    throw_io_error("close", path_, errno);
  }
}

FileSystem::File FileSystem::create(const fs::path& path) {
  const int number = uninterrupted([&] { return call_create(path.c_str()); });
  if (number < 0) {
    throw_io_error("create", path, errno);
  }
  return {*this, path, number};
}

void FileSystem::make_folder(const fs::path& path) {
  if (uninterrupted([&] { return call_make_folder(path.c_str()); }) == 0) {
    return;
  }
  const int problem = errno;
  std::error_code ignored;
  if (problem != EEXIST || !fs::is_directory(path, ignored)) {
    throw_io_error("make", path, problem);
  }
}

void FileSystem::rename(const fs::path& from, const fs::path& to) {
  if (uninterrupted([&] { return call_rename(from.c_str(), to.c_str()); }) != 0) {
    throw_io_error("publish", to, errno);
  }
}

void FileSystem::exchange(const fs::path& from, const fs::path& to) {
  if (uninterrupted([&] { return call_exchange(from.c_str(), to.c_str()); }) == 0) {
    return;
  }
  if (errno != EINVAL && errno != ENOSYS && errno != ENOTSUP) {
    throw_io_error("publish", to, errno);
  }
  const fs::path aside = from.string() + ".aside";
  rename(to, aside);
  rename(from, to);
  rename(aside, from);
}

void FileSystem::remove_file(const fs::path& path) {
  if (uninterrupted([&] { return call_remove_file(path.c_str()); }) != 0 && errno != ENOENT) {
    throw_io_error("remove", path, errno);
  }
}

void FileSystem::remove_folder(const fs::path& path) {
  std::error_code problem;
  fs::directory_iterator entries(path, problem);
  if (problem == std::errc::no_such_file_or_directory) {
    return;
  }
  for (; !problem && entries != fs::directory_iterator(); entries.increment(problem)) {
    if (entries->is_symlink(problem) || !entries->is_directory(problem)) {
      remove_file(entries->path());
    } else {
      remove_folder(entries->path());
    }
  }
  if (problem) {
    throw_io_error("list", path, problem.value());
  }
  if (uninterrupted([&] { return call_remove_folder(path.c_str()); }) != 0 && errno != ENOENT) {
    throw_io_error("remove", path, errno);
  }
}

void FileSystem::sync_folder(const fs::path& path) {
  const FileDescriptor folder(path, O_RDONLY | O_DIRECTORY);
  if (uninterrupted([&] { return call_sync(folder.number()); }) != 0) {
    throw_io_error("flush", path, errno);
  }
}

FreeRoom FileSystem::free_room(const fs::path& folder) {
  FreeRoom room;
  if (uninterrupted([&] { return call_free_room(folder.c_str(), room); }) != 0) {
    throw_io_error("ask for the free space of", folder, errno);
  }
  return room;
}

int FileSystem::call_create(const char* path) { return ::open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666); }
std::ptrdiff_t FileSystem::call_write(int file, std::span<const std::byte> bytes) {
  return ::write(file, bytes.data(), bytes.size());
}
int FileSystem::call_sync(int file) { return ::fsync(file); }
int FileSystem::call_close(int file) { return ::close(file); }
int FileSystem::call_make_folder(const char* path) { return ::mkdir(path, 0777); }
int FileSystem::call_rename(const char* from, const char* to) { return std::rename(from, to); }
int FileSystem::call_exchange(const char* from, const char* to) {
  return ::renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_EXCHANGE);
}
int FileSystem::call_remove_file(const char* path) { return ::unlink(path); }
int FileSystem::call_remove_folder(const char* path) { return ::rmdir(path); }
int FileSystem::call_free_room(const char* path, FreeRoom& room) {
  struct statvfs status = {};
  if (::statvfs(path, &status) != 0) {
    return -1;
  }
  room.bytes = std::uint64_t{status.f_bavail} * status.f_frsize;
  room.files = status.f_files == 0 ? std::numeric_limits<std::uint64_t>::max() : std::uint64_t{status.f_favail};
  return 0;
}

} // namespace radforge
