#include "ddim_sampler.hpp"

#include <algorithm>

namespace radforge {

DdimSampler::DdimSampler(Prediction prediction, std::vector<SamplerStep> steps, double eta)
    : DiffusionSampler(prediction, timesteps_of(steps)), steps_(std::move(steps)), eta_(eta) {}

at::Tensor DdimSampler::run(const Denoiser& denoise, at::Tensor x, const SamplerNoise& noise) const {
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const auto& [from, to] = steps_[i];
    const auto [clean, direction] = estimate(denoise, x, from);
    if (eta_ == 0) {
      x = clean.mul(to.alpha).add(direction.mul(to.sigma));
      continue;
    }
    // Equations 12 and 16.
    const double root_alpha = from.alpha / to.alpha;
    const double deviation = eta_ * to.sigma / from.sigma * std::sqrt(std::max(1 - root_alpha * root_alpha, 0.0));
    const double rest = std::sqrt(std::max(to.sigma * to.sigma - deviation * deviation, 0.0));
    x = clean.mul(to.alpha).add(direction, rest).add(noise.draw(i), deviation);
  }
  return x;
}

} // namespace radforge
