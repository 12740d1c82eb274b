#include "pndm_sampler.hpp"

#include "radforge/core/error.hpp"

namespace radforge {

namespace {

std::vector<double> evaluated_at(const std::vector<SamplerStep>& steps) {
  std::vector<double> timesteps = timesteps_of(steps);
  if (timesteps.size() > 1) {
    timesteps[1] = steps[1].to.timestep;
  }
  return timesteps;
}

// Adams and Bashforth's extrapolation of the predictions, the newest last (equation 9; of lower order at the start).
at::Tensor extrapolated(const std::vector<at::Tensor>& e) {
  const std::size_t n = e.size();
  switch (n) {
  case 1:
    return e[0];
  case 2:
    return e[1].mul(3).sub(e[0]).div(2);
  case 3:
    return e[2].mul(23).sub(e[1], 16).add(e[0], 5).div(12);
  default:
    return e[n - 1].mul(55).sub(e[n - 2], 59).add(e[n - 3], 37).sub(e[n - 4], 9).div(24);
  }
}

} // namespace

PndmSampler::PndmSampler(Prediction prediction, std::vector<SamplerStep> steps)
    : DiffusionSampler(prediction, evaluated_at(steps)), steps_(std::move(steps)) {
  if (steps_.front().from.alpha == 0) {
    throw ConfigError("sampler pndm does not start from noise alone (the model has zero terminal SNR, and PNDM divides by the "
                      "signal's share). Choose another as sampler.name");
  }
}

at::Tensor PndmSampler::run(const Denoiser& denoise, at::Tensor x, const SamplerNoise&) const {
  const at::Tensor start = x;
  std::vector<at::Tensor> predictions; // four at most
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const auto& [from, to] = steps_[i];
    at::Tensor predicted = denoise(x, timesteps()[i]);
    if (i == 1) {
      predicted = predicted.add(predictions.back()).div(2);
      x = start;
    } else {
      if (predictions.size() == 4) {
        predictions.erase(predictions.begin());
      }
      predictions.push_back(predicted);
      predicted = extrapolated(predictions);
    }
    const auto [clean, noise] = estimate_of(prediction(), from, x, predicted); // equation 11
    x = clean.mul(to.alpha).add(noise, to.sigma);
  }
  return x;
}

} // namespace radforge
