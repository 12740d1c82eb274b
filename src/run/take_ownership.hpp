#pragma once

#include "folder_lock.hpp"
#include "owner_record.hpp"
#include "radforge/core/log.hpp"

#include <chrono>
#include <filesystem>

namespace radforge {

struct Ownership {
  OwnerRecord record;
  FolderLock lock;
};

/// Makes this process the owner of `folder`, by the rules in run/run_dir.hpp, or throws OwnedError that names the owner.
Ownership take_ownership(const std::filesystem::path& folder, std::chrono::milliseconds lease, const Log& log);

} // namespace radforge
