#pragma once

#include "radforge/comm/communicator.hpp"
#include "radforge/core/log.hpp"

#include <functional>

namespace radforge {

/// Runs a program's body and turns what it throws into the exit code for `main`, with the message on the log. An error that all
/// ranks agreed on, or a world of one rank, ends in order: rank 0, which says why, returns the code, the others return 0. Any
/// other exception may be this rank's alone, and the others may wait for it for ever: it is printed with the rank, and the whole
/// world ends at once (Communicator::abort). StoppedError is an information and not an error: it says how to resume.
int run_guarded(Communicator& world, const Log& log, const std::function<int()>& body);

} // namespace radforge
