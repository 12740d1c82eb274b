#pragma once

#include "time_grid.hpp"

#include "radforge/diffusion/diffusion_sampler.hpp"

namespace radforge {

/// Heun's method in x / alpha (Karras et al. 2022, algorithm 1); the last step is Euler's, so n steps are 2 n - 1 evaluations.
class HeunSampler final : public DiffusionSampler {
 public:
  HeunSampler(Prediction prediction, std::vector<SamplerStep> steps, double start_scale);

 private:
  at::Tensor run(const Denoiser& denoise, at::Tensor x, const SamplerNoise& noise) const override;

  std::vector<SamplerStep> steps_;
};

} // namespace radforge
