#pragma once

#include "folder_lock.hpp"
#include "lease_watch.hpp"
#include "owner_record.hpp"
#include "radforge/core/log.hpp"
#include "radforge/run/run_dir.hpp"

#include <chrono>
#include <filesystem>
#include <optional>

namespace radforge {

struct Ownership {
  OwnerRecord record;
  FolderLock lock;
};

/// Somebody who would own a folder, by the rules in run/run_dir.hpp. It remembers from look to look whether an owner on another
/// machine lives.
class OwnershipCandidate {
 public:
  enum class Verdict {
    free,      ///< it can be taken
    owned,     ///< a living process of this machine has it
    elsewhere, ///< only the heartbeat can tell
    contended, ///< somebody holds the lock who has not written, or has already released, its record
  };

  /// Errors: IoError (the folder is not there).
  OwnershipCandidate(std::filesystem::path folder, std::chrono::milliseconds lease);

  /// One look, without waiting: this process is the owner now, or it may not be, or another was quicker. Call it no more after
  /// it has given something.
  std::optional<Ownership> try_take(const Log& log);

  /// Of the last look.
  Verdict verdict() const { return verdict_; }
  const std::optional<OwnerRecord>& owner() const { return owner_; }
  /// The owner, which runs elsewhere, gave a sign of life since the first look.
  bool owner_lives() const { return verdict_ == Verdict::elsewhere && watch_.alive(); }

 private:
  std::filesystem::path folder_;
  std::chrono::milliseconds lease_;
  ProcessIdentity me_ = this_process();
  FolderLock lock_;
  LeaseWatch watch_;
  Verdict verdict_ = Verdict::free;
  std::optional<OwnerRecord> owner_;
};

/// Makes this process the owner of `folder`, or throws OwnedError that names the owner, or StoppedError. Waits for a lease.
Ownership take_ownership(const std::filesystem::path& folder, const RunDirOptions& options, const Log& log);

} // namespace radforge
