#include "euler_ancestral_sampler.hpp"

namespace radforge {

EulerAncestralSampler::EulerAncestralSampler(Prediction prediction, std::vector<SamplerStep> steps, double start_scale)
    : DiffusionSampler(prediction, timesteps_of(steps), start_scale), steps_(std::move(steps)) {}

at::Tensor EulerAncestralSampler::run(const Denoiser& denoise, at::Tensor x, const SamplerNoise& noise) const {
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const auto& [from, to] = steps_[i];
    const double share = to.ratio() / from.ratio();
    const double up = to.ratio() * std::sqrt(1 - share * share);
    const double down = to.ratio() * share; // the root of to^2 - up^2
    x = x.add(estimate(denoise, x.mul(from.alpha), from).noise, down - from.ratio());
    if (up > 0) {
      x = x.add(noise.draw(i), up);
    }
  }
  return x;
}

} // namespace radforge
