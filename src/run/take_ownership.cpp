#include "take_ownership.hpp"

#include "lease_watch.hpp"
#include "radforge/core/clock.hpp"
#include "radforge/core/error.hpp"

#include <algorithm>
#include <thread>
#include <utility>

namespace radforge {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

namespace {

enum class Verdict {
  free,      ///< take it
  owned,     ///< a living process of this machine has it
  elsewhere, ///< only the heartbeat can tell
  contended, ///< somebody holds the lock who has not written, or has already released, its record
};

Verdict judge(const std::optional<OwnerRecord>& owner, LockState lock, const ProcessIdentity& me) {
  const Verdict unless_locked = lock == LockState::busy ? Verdict::contended : Verdict::free;
  if (!owner || owner->released) {
    return unless_locked;
  }
  // Slurm ended the earlier start of this job before it started this one.
  if (!me.job_id.empty() && owner->process.job_id == me.job_id && owner->process.restart_count < me.restart_count) {
    return Verdict::free;
  }
  if (!on_same_machine(owner->process, me)) {
    return Verdict::elsewhere;
  }
  return is_running(owner->process) ? Verdict::owned : unless_locked;
}

[[noreturn]] void throw_owned(const fs::path& folder, const OwnerRecord& owner) {
  throw OwnedError("the output folder '{}' belongs to another run ({}, since {}): wait for it, stop it, or give another --output",
                   folder.string(), describe(owner.process), owner.since);
}

[[noreturn]] void throw_contended(const fs::path& folder) {
  throw OwnedError("the output folder '{}' is locked by another process (it left no readable owner record): find it by "
                   "'fuser {}', or give another --output",
                   folder.string(), (folder / "owner.lock").string());
}

/// Empty if another process was quicker.
std::optional<OwnerRecord> claim(const fs::path& folder, const std::optional<OwnerRecord>& former, const ProcessIdentity& me,
                                 milliseconds lease) {
  OwnerRecord record;
  record.epoch = former ? former->epoch + 1 : 1;
  record.process = me;
  record.since = utc_timestamp();
  record.lease_ms = lease.count();
  if (!create_record(folder, record)) {
    return std::nullopt;
  }
  remove_records_before(folder, record.epoch);
  if (former) { // else it may be anybody's folder
    remove_left_files(folder);
  }
  return record;
}

} // namespace

Ownership take_ownership(const fs::path& folder, const RunDirOptions& options, const Log& log) {
  const milliseconds lease = options.lease;
  const ProcessIdentity me = this_process();
  const milliseconds poll = std::clamp(lease / 50, milliseconds(10), milliseconds(1000));
  FolderLock lock(folder / "owner.lock");
  LeaseWatch watch(lease);
  const Stopwatch waited;
  while (true) {
    if (options.stop != nullptr && options.stop->requested()) {
      throw StoppedError("stopped on request ({}) while waiting for '{}'", options.stop->reason(), folder.string());
    }
    const LockState state = lock.try_lock();
    const auto owner = latest_owner(folder);
    const Verdict verdict = judge(owner, state, me);
    if (verdict == Verdict::owned) {
      throw_owned(folder, *owner);
    }
    if (verdict == Verdict::contended && waited.seconds() * 1000 > static_cast<double>(lease.count())) {
      throw_contended(folder);
    }
    if (verdict == Verdict::elsewhere) {
      watch.look_at(*owner);
      if (watch.alive()) {
        throw_owned(folder, *owner);
      }
      watch.announce(folder, *owner, log);
    }
    if (verdict == Verdict::free || (verdict == Verdict::elsewhere && watch.expired())) {
      if (auto record = claim(folder, owner, me, lease)) {
        if (owner && !owner->released) {
          log.info("took over '{}' from {} (since {}), which is gone: epoch {}", folder.string(), describe(owner->process),
                   owner->since, record->epoch);
        }
        return {std::move(*record), std::move(lock)};
      }
    } else {
      std::this_thread::sleep_for(poll);
    }
  }
}

} // namespace radforge
