#pragma once

#include "radforge/diffusion/guidance.hpp"
#include "radforge/diffusion/noise_schedule.hpp"
#include "radforge/diffusion/objective.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace radforge {

/// Deterministic DDIM (Song et al. 2021, eta = 0), timesteps "leading" with an offset of one, as Stable Diffusion's configuration
/// has them.
class DdimSampler {
 public:
  /// Errors: ConfigError when there are more steps than timesteps.
  DdimSampler(const NoiseSchedule& schedule, Prediction prediction, std::int64_t num_steps);

  const std::vector<std::int64_t>& timesteps() const { return timesteps_; }
  /// x at the timestep before `timesteps()[step]`.
  at::Tensor step(std::int64_t step, const at::Tensor& predicted, const at::Tensor& x) const;
  /// From noise to a sample.
  at::Tensor sample(const Denoiser& denoise, at::Tensor x) const;

 private:
  const NoiseSchedule& schedule_;
  Prediction prediction_;
  std::int64_t stride_;
  std::vector<std::int64_t> timesteps_;
};

} // namespace radforge
