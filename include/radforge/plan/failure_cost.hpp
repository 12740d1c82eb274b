#pragma once

#include "radforge/config/cluster_config.hpp"

#include <cstdint>

namespace radforge {

/// What checkpoints and failures cost a job.
struct FailureCost {
  double mttf_s = 0;     ///< of the job
  double stall_s = 0;    ///< of the step that a checkpoint begins in: a copy of each rank's share
  double write_s = 0;    ///< until the set is whole, beside the next steps
  double interval_s = 0; ///< between checkpoints that costs least
  double useful = 1;     ///< share of the time that goes into steps that are kept
};

/// Of a state of `state_bytes`, of which each rank writes its share. The interval is Young's, sqrt(2 stall MTTF) (Young 1974,
/// Daly 2006, doi 10.1016/j.future.2004.11.016), and no shorter than a set takes to write. A failure costs half of an interval,
/// the set that was being written, and a start.
FailureCost failure_cost(const ClusterConfig& cluster, std::int64_t ranks, double state_bytes);

} // namespace radforge
