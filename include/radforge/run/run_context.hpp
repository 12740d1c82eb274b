#pragma once

#include "radforge/comm/communicator.hpp"
#include "radforge/comm/watchdog.hpp"
#include "radforge/core/log.hpp"
#include "radforge/core/span_log.hpp"
#include "radforge/run/metric_log.hpp"
#include "radforge/run/run_dir.hpp"
#include "radforge/run/stop_request.hpp"

#include <cstdint>

namespace radforge {

/// What a run hands down to its parts. Plain references: the caller owns everything and outlives them.
struct RunContext {
  const Log& log;
  Communicator& control; ///< MPI or self: agreement, strings
  Communicator& data;    ///< the big reductions
  RunDir& dir;
  MetricLog& metrics;
  StopRequest& stop;
  Watchdog* watchdog = nullptr; ///< none: nobody looks whether the run hangs
  bool shows_progress = true;   ///< not of one run beside others
  SpanLog* spans = nullptr;     ///< none: no profile is made

  /// A phase of a step begins.
  void enter(Phase phase, std::int64_t step) const {
    if (watchdog != nullptr) {
      watchdog->enter(phase, step);
    }
  }
};

} // namespace radforge
