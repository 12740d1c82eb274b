#pragma once

#include "folder_lock.hpp"
#include "owner_record.hpp"
#include "radforge/core/log.hpp"
#include "radforge/run/run_dir.hpp"

#include <filesystem>

namespace radforge {

struct Ownership {
  OwnerRecord record;
  FolderLock lock;
};

/// Makes this process the owner of `folder`, by the rules in run/run_dir.hpp, or throws OwnedError that names the owner, or
/// StoppedError.
Ownership take_ownership(const std::filesystem::path& folder, const RunDirOptions& options, const Log& log);

} // namespace radforge
