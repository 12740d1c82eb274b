#pragma once

#include "radforge/comm/communicator.hpp"
#include "radforge/core/build_info.hpp"
#include "radforge/core/error.hpp"
#include "radforge/run/run_dir.hpp"

#include <string>
#include <string_view>

namespace radforge {

/// What a caller knows of its run.
struct RunInfo {
  std::string command;       ///< "radforge train configs/demo/diffusion.yaml"
  std::string config_digest; ///< of the resolved configuration
  int num_threads = 1;       ///< of each rank
  BuildInfo build;
};

/// The provenance of a run, `run.json` in its folder: one entry for each start, with epoch, times, hosts, ranks, threads, Slurm
/// job, build, and how it ended. An entry without an end is that of a process that was killed. All that varies from run to run is
/// here and in `timing.jsonl`.
class RunRecord {
 public:
  /// Collective: adds an entry. Both references outlive the object. Errors: IoError; DataError for a `run.json` that is not ours;
  /// OwnedError.
  RunRecord(const RunDir& dir, Communicator& communicator, const RunInfo& info);

  /// How the run ended, written by rank 0; no collective, so that it may follow an error. Called again, it replaces the former
  /// end. Errors: IoError, DataError, OwnedError.
  void finish(ExitCode code, std::string_view reason) const;

 private:
  const RunDir& dir_;
  int rank_;
};

} // namespace radforge
