#pragma once

#include "radforge/comm/communicator.hpp"
#include "radforge/core/log.hpp"
#include "radforge/run/metric_log.hpp"
#include "radforge/run/run_dir.hpp"
#include "radforge/run/stop_request.hpp"

namespace radforge {

/// What a run hands down to its parts. Plain references: the caller owns everything and outlives them.
struct RunContext {
  const Log& log;
  Communicator& control; ///< MPI or self: agreement, strings
  Communicator& data;    ///< the big reductions
  RunDir& dir;
  MetricLog& metrics;
  StopRequest& stop;
};

} // namespace radforge
