#pragma once

#include "radforge/core/file_descriptor.hpp"

#include <filesystem>

namespace radforge {

enum class LockState {
  held,        ///< by this object
  busy,        ///< by somebody else
  unsupported, ///< the file system knows no locks
};

/// The lock of a file, freed by the kernel when the process ends in whatever way. On some network file systems it is seen on this
/// machine only, so it proves that an owner on this machine is gone, and nothing about other machines.
class FolderLock {
 public:
  /// Opens the file, makes it if it is not there. Errors: IoError.
  explicit FolderLock(const std::filesystem::path& file);

  /// Does not wait; may be called again.
  LockState try_lock();

 private:
  FileDescriptor file_;
};

} // namespace radforge
