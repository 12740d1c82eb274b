#pragma once

#include "time_grid.hpp"

#include "radforge/diffusion/diffusion_sampler.hpp"

namespace radforge {

/// Euler's method in x / alpha (Karras et al. 2022, algorithm 2 without churn).
class EulerSampler final : public DiffusionSampler {
 public:
  EulerSampler(Prediction prediction, std::vector<SamplerStep> steps, double start_scale);

 private:
  at::Tensor run(const Denoiser& denoise, at::Tensor x, const SamplerNoise& noise) const override;

  std::vector<SamplerStep> steps_;
};

} // namespace radforge
