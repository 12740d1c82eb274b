#include "euler_sampler.hpp"

namespace radforge {

EulerSampler::EulerSampler(Prediction prediction, std::vector<SamplerStep> steps, double start_scale)
    : DiffusionSampler(prediction, timesteps_of(steps), start_scale), steps_(std::move(steps)) {}

at::Tensor EulerSampler::run(const Denoiser& denoise, at::Tensor x, const SamplerNoise&) const {
  for (const auto& [from, to] : steps_) {
    x = x.add(estimate(denoise, x.mul(from.alpha), from).noise, to.ratio() - from.ratio());
  }
  return x;
}

} // namespace radforge
