#pragma once

#include "radforge/comm/communicator.hpp"

#include <array>
#include <cmath>
#include <span>

namespace radforge {

/// What all ranks know alike of a step.
struct StepVerdict {
  double loss = 0;    ///< of the global batch
  bool finite = true; ///< loss and gradient norm, on every rank
  bool stop = false;  ///< some rank was asked to stop
};

/// One small reduction: a decision that depends on one rank's numbers is taken by all.
inline StepVerdict agree_on_step(Communicator& ranks, double loss_share, double gradient_norm, bool stop_requested) {
  const bool finite = std::isfinite(loss_share) && std::isfinite(gradient_norm);
  std::array<double, 3> sums{loss_share, finite ? 0.0 : 1.0, stop_requested ? 1.0 : 0.0};
  ranks.all_reduce(buffer_of(std::span<double>(sums)), ReduceOp::sum);
  return {sums[0], sums[1] == 0, sums[2] > 0};
}

} // namespace radforge
