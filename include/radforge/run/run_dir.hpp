#pragma once

#include "radforge/comm/communicator.hpp"
#include "radforge/core/log.hpp"
#include "radforge/run/stop_request.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

namespace radforge {

class FolderOwner;

struct RunDirOptions {
  /// How long an owner on another machine may give no sign of life before its folder is taken over.
  std::chrono::milliseconds lease{60'000};
  /// Ends the wait for another owner's lease with StoppedError; optional.
  const StopRequest* stop = nullptr;
};

/// The output folder of a run, owned by this run alone from construction to destruction.
///
/// Each ownership has an epoch, one higher than the last, and is a file `owner-<epoch>.json` in the folder (host, process, Slurm
/// job, since when, heartbeat) that is created exclusively; the highest epoch is the owner. A new run takes the folder over
/// - at once, if the owner released it, or ran on this machine and its process is gone, or was this Slurm job before a requeue;
/// - after the lease, if the owner runs elsewhere and its heartbeat did not change meanwhile (measured by our own monotonic
/// clock);
/// - else never: OwnedError names the owner.
/// What killed runs left half written in the folder itself (names with `.tmp-` or `.partial-`) is removed then.
/// Whoever lost its folder that way notices by check_ownership(), which is called before anything is published.
class RunDir {
 public:
  /// Collective: rank 0 acquires, all ranks throw if it cannot, or if a rank does not see the folder. Makes the folder and its
  /// parents. Both references outlive the object. Errors: OwnedError, IoError, StoppedError; DataError for an owner file that is
  /// not ours.
  RunDir(std::filesystem::path path, Communicator& communicator, const Log& log, RunDirOptions options = {});
  /// Releases on rank 0: destroy it when no rank writes any more.
  ~RunDir();
  RunDir(const RunDir&) = delete;
  RunDir& operator=(const RunDir&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::int64_t epoch() const { return epoch_; }

  /// On any rank, no collective: throws OwnedError if another run has taken the folder over, or the owner file was removed.
  void check_ownership() const;

  /// Collective: rank 0 writes `config.yaml`, the resolved configuration.
  void write_config(std::string_view resolved) const;

 private:
  std::filesystem::path path_;
  Communicator& communicator_;
  std::unique_ptr<FolderOwner> owner_; ///< rank 0 only
  std::int64_t epoch_ = 0;
};

} // namespace radforge
