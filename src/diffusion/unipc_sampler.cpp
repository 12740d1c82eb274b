#include "unipc_sampler.hpp"

#include "multistep.hpp"

namespace radforge {

UniPcSampler::UniPcSampler(Prediction prediction, std::vector<SamplerStep> steps)
    : DiffusionSampler(prediction, timesteps_of(steps)), steps_(std::move(steps)) {}

// Step `step` from x once more, now that its end has been evaluated: `older`, `clean` and `next` are the clean samples at the
// start of the step before, at its own start and at its end.
at::Tensor UniPcSampler::corrected(std::size_t step, const at::Tensor& x, const at::Tensor& older, const at::Tensor& clean,
                                   const at::Tensor& next) const {
  if (step == 0) {
    return exponential_step(steps_[step], x, clean.add(next).div(2));
  }
  const double h = -steps_[step].length();
  const double r = steps_[step - 1].length() / h; // where the older sample lies, in steps from the start: negative
  // The weights a and b solve a + b = phi_2 / B and r a + b = 2 phi_3 / B (equation 8).
  const double growth = std::expm1(h);
  const double phi2 = growth / h - 1;
  const double phi3 = phi2 / h - 0.5;
  const double a = (phi2 - 2 * phi3) / growth / (1 - r);
  const double b = phi2 / growth - a;
  return exponential_step(steps_[step], x, clean.add(older.sub(clean), a / r).add(next.sub(clean), b));
}

at::Tensor UniPcSampler::run(const Denoiser& denoise, at::Tensor x, const SamplerNoise&) const {
  at::Tensor before; // x at the start of the last step
  at::Tensor older;
  at::Tensor clean;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const at::Tensor now = estimate(denoise, x, steps_[i].from).clean;
    if (i > 0) {
      x = corrected(i - 1, before, older, clean, now);
    }
    older = clean;
    clean = now;
    before = x;
    const bool first_order = i == 0 || steps_[i].to.sigma == 0;
    x = exponential_step(steps_[i], x, first_order ? clean : clean_midway(steps_[i - 1], steps_[i], older, clean));
  }
  return x;
}

} // namespace radforge
