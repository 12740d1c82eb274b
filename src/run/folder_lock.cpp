#include "folder_lock.hpp"

#include "radforge/core/error.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace radforge {

namespace {

[[noreturn]] void throw_error(const char* what, const std::filesystem::path& file, int error_number) {
  throw IoError("cannot {} '{}' ({}): check that the output folder can be written", what, file.string(),
                std::generic_category().message(error_number));
}

} // namespace

FolderLock::FolderLock(const std::filesystem::path& file) : file_(file) {
  descriptor_ = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor_ < 0) {
    throw_error("open", file, errno);
  }
}

FolderLock::~FolderLock() {
  if (descriptor_ >= 0) {
    close(descriptor_);
  }
}

FolderLock::FolderLock(FolderLock&& other) noexcept
    : file_(std::move(other.file_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

LockState FolderLock::try_lock() {
  // flock and not fcntl: an fcntl lock is lost as soon as the process closes any descriptor of the file.
  while (flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    switch (errno) {
    case EINTR:
      break;
    case EWOULDBLOCK:
      return LockState::busy;
    case ENOLCK:
    case EOPNOTSUPP:
    case ENOSYS:
    case EINVAL:
      return LockState::unsupported;
    default:
      throw_error("lock", file_, errno);
    }
  }
  return LockState::held;
}

} // namespace radforge
