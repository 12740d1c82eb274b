#pragma once

#include "time_grid.hpp"

#include "radforge/diffusion/diffusion_sampler.hpp"

namespace radforge {

/// Euler's method to below the next noise level, and noise up to it (k-diffusion's ancestral sampling with eta = 1).
class EulerAncestralSampler final : public DiffusionSampler {
 public:
  EulerAncestralSampler(Prediction prediction, std::vector<SamplerStep> steps, double start_scale);

 private:
  at::Tensor run(const Denoiser& denoise, at::Tensor x, const SamplerNoise& noise) const override;

  std::vector<SamplerStep> steps_;
};

} // namespace radforge
