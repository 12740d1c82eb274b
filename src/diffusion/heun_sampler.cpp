#include "heun_sampler.hpp"

namespace radforge {

namespace {

std::vector<double> evaluated_at(const std::vector<SamplerStep>& steps) {
  std::vector<double> timesteps;
  for (const auto& [from, to] : steps) {
    timesteps.push_back(from.timestep);
    if (to.sigma > 0) {
      timesteps.push_back(to.timestep);
    }
  }
  return timesteps;
}

} // namespace

HeunSampler::HeunSampler(Prediction prediction, std::vector<SamplerStep> steps, double start_scale)
    : DiffusionSampler(prediction, evaluated_at(steps), start_scale), steps_(std::move(steps)) {}

at::Tensor HeunSampler::run(const Denoiser& denoise, at::Tensor x, const SamplerNoise&) const {
  for (const auto& [from, to] : steps_) {
    const double change = to.ratio() - from.ratio();
    const at::Tensor slope = estimate(denoise, x.mul(from.alpha), from).noise;
    const at::Tensor there = x.add(slope, change);
    if (to.sigma == 0) {
      return there;
    }
    x = x.add(slope.add(estimate(denoise, there.mul(to.alpha), to).noise), change / 2);
  }
  return x;
}

} // namespace radforge
