#pragma once

#include "radforge/metrics/scaling_law.hpp"

namespace radforge {

/// How a budget of arithmetic is best spent.
struct ComputeOptimum {
  double model_size = 0; ///< N
  double data_size = 0;  ///< D
  double loss = 0;       ///< of the law there
};

/// The N and D of the lowest loss among those with C = k N D: N = G (C/k)^(beta / (alpha + beta)), D = (C/k) / N, with
/// G = (alpha A / (beta B))^(1 / (alpha + beta)) (Hoffmann et al. 2022, eq. 4). `flop` is C; `flop_per_parameter_and_sample` is
/// k: 6 for a dense layer met once a token, forward and backward (Kaplan et al. 2020); a convolution meets its weights at each
/// place. Errors: DataError (a law without a fall in both directions has no optimum; a budget or k that is not positive).
ComputeOptimum compute_optimum(const ScalingLaw& law, double flop, double flop_per_parameter_and_sample = 6);

} // namespace radforge
