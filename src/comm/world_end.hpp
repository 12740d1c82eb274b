#pragma once

#include "radforge/core/process_identity.hpp"

#include <chrono>
#include <functional>
#include <vector>

namespace radforge {

/// Runs a step on a thread of its own, and leaves it alone after `limit`; whether it came to its end. The step owns what it uses.
bool run_bounded(std::function<void()> step, std::chrono::milliseconds limit);

/// Steps of a forced end. Any of them may block for ever (a log whose reader is stopped, a dead file system, MPI), and the end
/// comes all the same.
struct WorldEnd {
  std::function<void()> tell;             ///< given 2 s
  std::function<void()> abort;            ///< then given 4 s
  std::vector<ProcessIdentity> processes; ///< of this machine: then killed, if they still run
};

/// Ends this process with ExitCode::communication.
[[noreturn]] void end_world(WorldEnd end);

} // namespace radforge
