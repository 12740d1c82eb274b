#pragma once

#include "radforge/config/cluster_config.hpp"

#include <cstdint>
#include <vector>

namespace radforge {

/// What a rank does in a step, whatever the number of ranks.
struct StepWork {
  double forward_s = 0;
  double backward_s = 0;
  std::vector<double> bucket_bytes; ///< of gradient, in the order in which backward fills them
  double update_bytes = 0;          ///< read and written by the optimizer
  double gathered_bytes = 0;        ///< of weights that each rank has a share of after the update; 0: it has all
};

/// Where a step's time goes, in seconds.
struct StepPrediction {
  double compute_s = 0;   ///< forward and backward
  double straggler_s = 0; ///< more, of the slowest rank
  double messages_s = 0;  ///< all-reduces of gradients, hidden or not
  double exposed_s = 0;   ///< of these, what is left when backward is over
  double verdict_s = 0;   ///< agreement of all ranks on the step
  double update_s = 0;    ///< of weights, moments and average, and gathering them

  double total_s() const { return compute_s + straggler_s + exposed_s + verdict_s + update_s; }
  /// Share of the messages' time that computation hides; 1 without messages.
  double hidden() const { return messages_s > 0 ? 1 - exposed_s / messages_s : 1; }
};

/// Backward fills the gradient evenly in time. Buckets are reduced one after the other, each as soon as it is full and the one
/// before it is done. All ranks wait for the slowest of them, whose times are normal.
StepPrediction predict_step(const ClusterConfig& cluster, const StepWork& work, std::int64_t ranks);

/// The expected largest of `count` standard normals (Blom 1958: the quantile (N - 0.375) / (N + 0.25)); 0 of one.
double expected_largest_normal(std::int64_t count);

} // namespace radforge
