#pragma once

#include "time_grid.hpp"

#include "radforge/diffusion/diffusion_sampler.hpp"

namespace radforge {

/// Pseudo linear multistep method (PLMS; Liu et al. 2022) without Runge-Kutta steps, as Stable Diffusion ships it: the first step
/// is done twice, so that n > 1 steps are n + 1 evaluations.
class PndmSampler final : public DiffusionSampler {
 public:
  PndmSampler(Prediction prediction, std::vector<SamplerStep> steps);

 private:
  at::Tensor run(const Denoiser& denoise, at::Tensor x, const SamplerNoise& noise) const override;

  std::vector<SamplerStep> steps_;
};

} // namespace radforge
