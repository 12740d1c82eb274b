#pragma once

#include "time_grid.hpp"

#include <ATen/core/Tensor.h>

namespace radforge {

/// x after the step when the clean sample is `clean` all the way: the solution of the probability flow in lambda (Lu et al. 2022,
/// arXiv 2211.01095, equation 8).
inline at::Tensor exponential_step(const SamplerStep& step, const at::Tensor& x, const at::Tensor& clean) {
  return x.mul(step.to.sigma / step.from.sigma).sub(clean, step.to.alpha * std::expm1(-step.length()));
}

/// The clean sample in the middle of `step`, extrapolated from its start and that of the step before.
inline at::Tensor clean_midway(const SamplerStep& before, const SamplerStep& step, const at::Tensor& older,
                               const at::Tensor& clean) {
  return clean.add(clean.sub(older), 0.5 * step.length() / before.length());
}

} // namespace radforge
