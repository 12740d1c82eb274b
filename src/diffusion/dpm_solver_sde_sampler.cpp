#include "dpm_solver_sde_sampler.hpp"

#include "multistep.hpp"

namespace radforge {

DpmSolverSdeSampler::DpmSolverSdeSampler(Prediction prediction, std::vector<SamplerStep> steps)
    : DiffusionSampler(prediction, timesteps_of(steps)), steps_(std::move(steps)) {}

at::Tensor DpmSolverSdeSampler::run(const Denoiser& denoise, at::Tensor x, const SamplerNoise& noise) const {
  at::Tensor older;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const SamplerStep& step = steps_[i];
    const double h = step.length();
    const double gone = -std::expm1(-2 * h); // the share of the noise's variance that is drawn anew
    const at::Tensor clean = estimate(denoise, x, step.from).clean;
    const bool first_order = i == 0 || step.to.sigma == 0;
    const at::Tensor midway = first_order ? clean : clean_midway(steps_[i - 1], step, older, clean);
    x = x.mul(step.to.sigma / step.from.sigma * std::exp(-h)).add(midway, step.to.alpha * gone);
    if (step.to.sigma > 0) {
      x = x.add(noise.draw(i), step.to.sigma * std::sqrt(gone));
    }
    older = clean;
  }
  return x;
}

} // namespace radforge
