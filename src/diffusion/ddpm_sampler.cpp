#include "ddpm_sampler.hpp"

namespace radforge {

DdpmSampler::DdpmSampler(Prediction prediction, std::vector<SamplerStep> steps)
    : DiffusionSampler(prediction, timesteps_of(steps)), steps_(std::move(steps)) {}

at::Tensor DdpmSampler::run(const Denoiser& denoise, at::Tensor x, const SamplerNoise& noise) const {
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const auto& [from, to] = steps_[i];
    // Mean and variance of q(x_to | x_from, x_0), equations 6 and 7.
    const double root_alpha = from.alpha / to.alpha;
    const double beta = 1 - root_alpha * root_alpha;
    const double share = to.sigma * to.sigma / (from.sigma * from.sigma);
    const at::Tensor clean = estimate(denoise, x, from).clean;
    x = clean.mul(to.alpha * beta / (from.sigma * from.sigma)).add(x, root_alpha * share);
    if (to.sigma > 0) {
      x = x.add(noise.draw(i), std::sqrt(share * beta));
    }
  }
  return x;
}

} // namespace radforge
