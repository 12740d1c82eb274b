#include "folder_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>

namespace radforge {

FolderLock::FolderLock(const std::filesystem::path& file) : file_(file, O_RDWR | O_CREAT, 0666) {}

LockState FolderLock::try_lock() {
  // flock and not fcntl: an fcntl lock is lost as soon as the process closes any descriptor of the file.
  while (flock(file_.number(), LOCK_EX | LOCK_NB) != 0) {
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
      throw_io_error("lock", file_.path(), errno);
    }
  }
  return LockState::held;
}

} // namespace radforge
