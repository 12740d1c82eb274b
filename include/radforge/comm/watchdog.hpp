#pragma once

#include "radforge/comm/collective.hpp"
#include "radforge/comm/phase.hpp"
#include "radforge/core/log.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>

namespace radforge {

/// Seconds without progress in a phase after which the run is ended; 0 = none.
struct PhaseDeadlines {
  double start_up = 1800;
  double data = 600;
  double compute = 600;
  double collective = 600;
  double save = 1800;

  double of(Phase phase) const;
};

struct WatchdogOptions {
  PhaseDeadlines deadlines;
  /// Of the run: takes the reports `watchdog-rank-<r>.txt`, and what ranks on several nodes tell each other. Empty = no reports,
  /// and a verdict knows the ranks of its own node only.
  std::filesystem::path folder;
  /// Successive ranks that count as a node; 0 = those that share memory.
  int ranks_per_node = 0;
};

/// Ends a run that hangs. MPI and NCCL wait for ever for a rank that was stopped, or that sits in a read which never returns.
///
/// A thread on every rank looks several times a second at what the ranks of its node do. The ranks write that down in shared
/// memory at each change, and on several nodes into the run's folder, so that a stopped process is seen too. When a rank is
/// longer in a phase than its deadline, the world ends with ExitCode::communication, and one line of the log says which rank is
/// to blame: the one that made another collective than the others, else the one that did not enter a collective which others
/// entered, else the one whose process is stopped, else the one whose phase is overdue, in this order. `watchdog-rank-<r>.txt` of
/// the rank that found it has the phases of all ranks and their last collectives. The end does not depend on MPI: what is still
/// there a few seconds after MPI_Abort is killed.
///
/// A stopped process that is continued later ends at once (SIGCONT) when the world was ended meanwhile, or when its own
/// phase is overdue, so that it writes nothing any more. A whole job that was suspended for longer than a deadline ends
/// likewise; it can be resumed.
///
/// One thread calls enter() and the collectives. One object at a time in a process. The destructor waits for nobody.
class Watchdog {
 public:
  /// Collective; phase start-up begins. Errors: IoError for a folder that cannot be written, CommunicationError.
  Watchdog(Communicator& world, const Log& log, WatchdogOptions options);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  /// A phase of a step begins, and its deadline. Also for the phase under way: progress was made.
  void enter(Phase phase, std::int64_t step);
  Phase phase() const;
  std::int64_t step() const;

  /// Writes down that this rank enters a collective; the result is its sequence number, from 1. Does not return, and ends the
  /// world, when another rank of the node entered another collective under this number.
  std::int64_t enter_collective(const Collective& call);
  void finish_collective(std::int64_t sequence);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Enters a phase, and at the end the previous phase and step again.
class ScopedPhase {
 public:
  ScopedPhase(Watchdog& watchdog, Phase phase) : ScopedPhase(watchdog, phase, watchdog.step()) {}
  ScopedPhase(Watchdog& watchdog, Phase phase, std::int64_t step)
      : watchdog_(watchdog), former_phase_(watchdog.phase()), former_step_(watchdog.step()) {
    watchdog.enter(phase, step);
  }
  ~ScopedPhase() { watchdog_.enter(former_phase_, former_step_); }
  ScopedPhase(const ScopedPhase&) = delete;
  ScopedPhase& operator=(const ScopedPhase&) = delete;

 private:
  Watchdog& watchdog_;
  Phase former_phase_;
  std::int64_t former_step_;
};

} // namespace radforge
