#include "radforge/diffusion/ddim_sampler.hpp"

#include "radforge/core/error.hpp"

#include <cmath>

namespace radforge {

DdimSampler::DdimSampler(const NoiseSchedule& schedule, Prediction prediction, std::int64_t num_steps)
    : schedule_(schedule), prediction_(prediction), stride_(schedule.num_timesteps() / std::max<std::int64_t>(num_steps, 1)) {
  if (num_steps < 1 || num_steps >= schedule.num_timesteps()) {
    throw ConfigError("sampler.steps is {} (the model was trained with {} timesteps). Give 1 to {}", num_steps,
                      schedule.num_timesteps(), schedule.num_timesteps() - 1);
  }
  for (std::int64_t i = num_steps - 1; i >= 0; --i) {
    timesteps_.push_back(i * stride_ + 1);
  }
}

at::Tensor DdimSampler::step(std::int64_t step, const at::Tensor& predicted, const at::Tensor& x) const {
  const std::int64_t now = timesteps_[static_cast<std::size_t>(step)];
  const std::int64_t before = std::max<std::int64_t>(now - stride_, 0); // below the first timestep stands a_0
  const double a = schedule_.alpha_cumprod(now);
  const double a_before = schedule_.alpha_cumprod(before);
  const double signal = std::sqrt(a);
  const double spread = std::sqrt(1 - a);
  at::Tensor clean;
  at::Tensor noise;
  if (prediction_ == Prediction::epsilon) {
    clean = x.sub(predicted.mul(spread)).div(signal);
    noise = predicted;
  } else {
    clean = x.mul(signal).sub(predicted.mul(spread));
    noise = predicted.mul(signal).add(x.mul(spread));
  }
  return clean.mul(std::sqrt(a_before)).add(noise.mul(std::sqrt(1 - a_before)));
}

at::Tensor DdimSampler::sample(const Denoiser& denoise, at::Tensor x) const {
  for (std::size_t i = 0; i < timesteps_.size(); ++i) {
    x = step(static_cast<std::int64_t>(i), denoise(x, timesteps_[i]), x);
  }
  return x;
}

} // namespace radforge
