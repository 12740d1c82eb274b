#pragma once

#include "time_grid.hpp"

#include "radforge/diffusion/diffusion_sampler.hpp"

namespace radforge {

/// DDIM (Song et al. 2021); eta = 0 is deterministic.
class DdimSampler final : public DiffusionSampler {
 public:
  DdimSampler(Prediction prediction, std::vector<SamplerStep> steps, double eta);

 private:
  at::Tensor run(const Denoiser& denoise, at::Tensor x, const SamplerNoise& noise) const override;

  std::vector<SamplerStep> steps_;
  double eta_;
};

} // namespace radforge
