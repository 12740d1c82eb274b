#include "radforge/core/file_descriptor.hpp"

#include "radforge/core/error.hpp"
#include "radforge/core/process_identity.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace radforge {
namespace {

const char* advice(int error_number) {
  switch (error_number) {
  case ENOSPC:
  case EDQUOT:
    return "free space or choose another folder, then run the same command again";
  case EFBIG:
    return "raise the limit on file sizes (ulimit -f)";
  case EACCES:
  case EPERM:
    return "check the owner and the permissions";
  case ENOENT:
  case ENOTDIR:
    return "check the path";
  case EROFS:
    return "choose a folder on a writable file system";
  case EMFILE:
  case ENFILE:
    return "raise the limit on open files (ulimit -n)";
  case EISDIR:
    return "give the path of a file";
  case EEXIST:
  case ENOTEMPTY:
    return "choose another name, or move what is there away";
  default:
    return "check the file system";
  }
}

} // namespace

std::string io_error_text(const char* what, const std::filesystem::path& path, int error_number) {
  return fmt::format("cannot {} '{}' ({}) {}", what, path.string(), std::generic_category().message(error_number),
                     advice(error_number));
}

void throw_io_error(const char* what, const std::filesystem::path& path, int error_number) {
  throw IoError(io_error_text(what, path, error_number));
}

FileDescriptor::FileDescriptor(std::filesystem::path path, int flags, int mode) : path_(std::move(path)) {
  do {
    number_ = ::open(path_.c_str(), flags | O_CLOEXEC, mode);
  } while (number_ < 0 && errno == EINTR);
  if (number_ < 0) {
    throw_io_error((flags & O_CREAT) != 0 ? "create" : "open", path_, errno);
  }
}

FileDescriptor::FileDescriptor(int number, std::filesystem::path path) : path_(std::move(path)), number_(number) {}

FileDescriptor FileDescriptor::create_unique(const std::filesystem::path& stem) {
  const std::string host = host_name();
  for (int count = 0;; ++count) {
    std::filesystem::path name = fmt::format("{}-{}-{}-{}", stem.string(), host, ::getpid(), count);
    const int number = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (number >= 0) {
      return {number, std::move(name)};
    }
    if (errno != EEXIST && errno != EINTR) {
      throw_io_error("create a file in", std::filesystem::absolute(stem).parent_path(), errno);
    }
  }
}

FileDescriptor::FileDescriptor(FileDescriptor&& other) noexcept
    : path_(std::move(other.path_)), number_(std::exchange(other.number_, -1)) {}

FileDescriptor::~FileDescriptor() {
  if (number_ >= 0) {
    ::close(number_);
  }
}

void FileDescriptor::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(number_, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) {
      throw_io_error("write", path_, errno);
    }
    bytes = bytes.subspan(written > 0 ? static_cast<std::size_t>(written) : 0);
  }
}

std::size_t FileDescriptor::read(std::span<std::byte> buffer) {
  for (;;) {
    const ssize_t count = ::read(number_, buffer.data(), buffer.size());
    if (count >= 0) {
      return static_cast<std::size_t>(count);
    }
    if (errno != EINTR) {
      throw_io_error("read", path_, errno);
    }
  }
}

std::size_t FileDescriptor::read_at(std::span<std::byte> buffer, std::uint64_t offset) const {
  for (;;) {
    const ssize_t count = ::pread(number_, buffer.data(), buffer.size(), static_cast<off_t>(offset));
    if (count >= 0) {
      return static_cast<std::size_t>(count);
    }
    if (errno != EINTR) {
      throw_io_error("read", path_, errno);
    }
  }
}

void FileDescriptor::sync() {
  while (::fsync(number_) != 0) {
    if (errno != EINTR) {
      throw_io_error("flush", path_, errno);
    }
  }
}

void FileDescriptor::close() {
  // Linux has closed the descriptor whatever close() answers; EINTR is no failure of the data.
  if (::close(std::exchange(number_, -1)) != 0 && errno != EINTR) {
    throw_io_error("close", path_, errno);
  }
}

} // namespace radforge
