#pragma once

#include "time_grid.hpp"

#include "radforge/diffusion/diffusion_sampler.hpp"

namespace radforge {

/// UniPC of order 2 with B(h) = exp(h) - 1 (Zhao et al. 2023, arXiv 2302.04867, algorithms 5 and 6): DPM-Solver++ (2M)'s step,
/// which the next evaluation corrects. The first step and the one to no noise are of first order.
class UniPcSampler final : public DiffusionSampler {
 public:
  UniPcSampler(Prediction prediction, std::vector<SamplerStep> steps);

 private:
  at::Tensor run(const Denoiser& denoise, at::Tensor x, const SamplerNoise& noise) const override;

  std::vector<SamplerStep> steps_;

  at::Tensor corrected(std::size_t step, const at::Tensor& x, const at::Tensor& older, const at::Tensor& clean,
                       const at::Tensor& next) const;
};

} // namespace radforge
