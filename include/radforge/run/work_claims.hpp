#pragma once

#include "radforge/core/log.hpp"
#include "radforge/run/run_dir.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <vector>

namespace radforge {

class FolderOwner;
class OwnershipCandidate;

/// A block of work that is this process's from construction to destruction, by the rules of RunDir: lease, heartbeat, epoch.
class WorkClaim {
 public:
  WorkClaim(std::int64_t block, std::filesystem::path folder, std::unique_ptr<FolderOwner> owner);
  /// Gives the block back and removes the folder.
  ~WorkClaim();
  WorkClaim(const WorkClaim&) = delete;
  WorkClaim& operator=(const WorkClaim&) = delete;

  std::int64_t block() const { return block_; }
  /// For what is not finished: whoever takes a dead process's claim over clears it of partial files.
  const std::filesystem::path& folder() const { return folder_; }
  /// Throws OwnedError if another process has taken the block over. To be called before anything is published.
  void check() const;

 private:
  std::int64_t block_;
  std::filesystem::path folder_;
  std::unique_ptr<FolderOwner> owner_;
};

struct WorkClaimsOptions {
  /// Which blocks to look at first: `first`, `first` + `stride`, ..., so that ranks of one job seldom meet.
  std::int64_t first = 0;
  std::int64_t stride = 1;
  std::chrono::milliseconds lease{60'000};
};

/// Blocks 0, 1, ... of work that processes share, of one job or of several: who is free takes the next block that is not done and
/// that nobody has. A claim is a folder with an owner record, so it outlives no process by more than its lease, and the same
/// mechanism serves ranks, array jobs and restarts.
class WorkClaims {
 public:
  /// `is_done` says whether a block's result is published; it is asked again after a block was claimed. `folder` holds the claims
  /// and is made. Errors: IoError.
  WorkClaims(std::filesystem::path folder, std::int64_t num_blocks, std::function<bool(std::int64_t block)> is_done,
             WorkClaimsOptions options, const Log& log);
  ~WorkClaims();

  /// A block to work on; none if all are done, or all that are not are others' (`all_done()` tells). Call it again then: an owner
  /// may finish, or be gone. Errors: IoError.
  std::unique_ptr<WorkClaim> try_next();
  /// As of the last look.
  bool all_done() const { return num_done_ == static_cast<std::int64_t>(done_.size()); }
  /// Looks at all that were not done.
  std::int64_t count_done();

 private:
  bool look(std::int64_t block);
  std::unique_ptr<WorkClaim> try_claim(std::int64_t block);

  std::filesystem::path folder_;
  std::function<bool(std::int64_t)> is_done_;
  WorkClaimsOptions options_;
  const Log& log_;
  std::vector<std::int64_t> order_;
  std::vector<bool> done_;
  std::int64_t num_done_ = 0;
  std::map<std::int64_t, std::unique_ptr<OwnershipCandidate>> watched_; ///< blocks of others, looked at again and again
};

} // namespace radforge
