#pragma once

#include "time_grid.hpp"

#include "radforge/diffusion/diffusion_sampler.hpp"

namespace radforge {

/// Ancestral sampling (Ho et al. 2020), with the lower variance of the reverse steps ("fixed_small").
class DdpmSampler final : public DiffusionSampler {
 public:
  DdpmSampler(Prediction prediction, std::vector<SamplerStep> steps);

 private:
  at::Tensor run(const Denoiser& denoise, at::Tensor x, const SamplerNoise& noise) const override;

  std::vector<SamplerStep> steps_;
};

} // namespace radforge
