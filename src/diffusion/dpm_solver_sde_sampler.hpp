#pragma once

#include "time_grid.hpp"

#include "radforge/diffusion/diffusion_sampler.hpp"

namespace radforge {

/// SDE-DPM-Solver++ (2M), midpoint form (Lu et al. 2022, arXiv 2211.01095, section 5).
class DpmSolverSdeSampler final : public DiffusionSampler {
 public:
  DpmSolverSdeSampler(Prediction prediction, std::vector<SamplerStep> steps);

 private:
  at::Tensor run(const Denoiser& denoise, at::Tensor x, const SamplerNoise& noise) const override;

  std::vector<SamplerStep> steps_;
};

} // namespace radforge
