#include "dpm_solver_sampler.hpp"

#include "multistep.hpp"

namespace radforge {

DpmSolverSampler::DpmSolverSampler(Prediction prediction, std::vector<SamplerStep> steps)
    : DiffusionSampler(prediction, timesteps_of(steps)), steps_(std::move(steps)) {}

at::Tensor DpmSolverSampler::run(const Denoiser& denoise, at::Tensor x, const SamplerNoise&) const {
  at::Tensor older;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const SamplerStep& step = steps_[i];
    const at::Tensor clean = estimate(denoise, x, step.from).clean;
    const bool first_order = i == 0 || step.to.sigma == 0;
    x = exponential_step(step, x, first_order ? clean : clean_midway(steps_[i - 1], step, older, clean));
    older = clean;
  }
  return x;
}

} // namespace radforge
