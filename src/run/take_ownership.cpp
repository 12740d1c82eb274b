#include "take_ownership.hpp"

#include "radforge/core/clock.hpp"
#include "radforge/core/error.hpp"

#include <algorithm>
#include <thread>
#include <utility>

namespace radforge {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

namespace {

using Verdict = OwnershipCandidate::Verdict;

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

OwnershipCandidate::OwnershipCandidate(fs::path folder, milliseconds lease)
    : folder_(std::move(folder)), lease_(lease), lock_(folder_ / "owner.lock"), watch_(lease) {}

std::optional<Ownership> OwnershipCandidate::try_take(const Log& log) {
  const LockState state = lock_.try_lock();
  owner_ = latest_owner(folder_);
  verdict_ = judge(owner_, state, me_);
  if (verdict_ == Verdict::elsewhere) {
    watch_.look_at(*owner_);
    if (!watch_.alive()) {
      watch_.announce(folder_, *owner_, log);
    }
  }
  if (verdict_ != Verdict::free && !(verdict_ == Verdict::elsewhere && watch_.expired())) {
    return std::nullopt;
  }
  auto record = claim(folder_, owner_, me_, lease_);
  if (!record) {
    return std::nullopt;
  }
  if (owner_ && !owner_->released) {
    log.local(LogLevel::info, fmt::format("took over '{}' from {} (since {}), which is gone: epoch {}", folder_.string(),
                                          describe(owner_->process), owner_->since, record->epoch));
  }
  return Ownership{std::move(*record), std::move(lock_)};
}

Ownership take_ownership(const fs::path& folder, const RunDirOptions& options, const Log& log) {
  const milliseconds poll = std::clamp(options.lease / 50, milliseconds(10), milliseconds(1000));
  OwnershipCandidate candidate(folder, options.lease);
  const Stopwatch waited;
  while (true) {
    if (options.stop != nullptr && options.stop->requested()) {
      throw StoppedError("stopped on request ({}) while waiting for '{}'", options.stop->reason(), folder.string());
    }
    if (std::optional<Ownership> taken = candidate.try_take(log)) {
      return std::move(*taken);
    }
    if (candidate.verdict() == Verdict::owned || candidate.owner_lives()) {
      throw_owned(folder, *candidate.owner());
    }
    if (candidate.verdict() == Verdict::contended && waited.seconds() * 1000 > static_cast<double>(options.lease.count())) {
      throw_contended(folder);
    }
    if (candidate.verdict() != Verdict::free) { // else another was quicker: look again at once
      std::this_thread::sleep_for(poll);
    }
  }
}

} // namespace radforge
