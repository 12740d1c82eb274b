#include "radforge/diffusion/noise_schedule.hpp"

#include "radforge/core/error.hpp"

#include <ATen/ops/empty.h>

#include <cmath>

namespace radforge {

namespace {

// Factors of a sample and of its noise at each timestep, shaped to multiply N x C x H x W.
at::Tensor root_of(const at::Tensor& values, const at::Tensor& timesteps, std::int64_t dimensions) {
  std::vector<std::int64_t> shape(static_cast<std::size_t>(dimensions), 1);
  shape[0] = timesteps.size(0);
  return values.index_select(0, timesteps).sqrt().view(shape);
}

} // namespace

NoiseSchedule::NoiseSchedule(const DiffusionConfig& config)
    : alphas_cumprod_(at::empty({config.num_train_timesteps}, at::kFloat)) {
  const bool scaled = config.beta_schedule == "scaled_linear";
  if (!scaled && config.beta_schedule != "linear") {
    throw ConfigError("diffusion.beta_schedule '{}' is not known (there are scaled_linear and linear)", config.beta_schedule);
  }
  const double first = scaled ? std::sqrt(config.beta_start) : config.beta_start;
  const double last = scaled ? std::sqrt(config.beta_end) : config.beta_end;
  const std::int64_t count = config.num_train_timesteps;
  double product = 1;
  for (std::int64_t t = 0; t < count; ++t) {
    const double root =
        first + (last - first) * static_cast<double>(t) / static_cast<double>(std::max<std::int64_t>(count - 1, 1));
    product *= 1 - (scaled ? root * root : root);
    alphas_cumprod_.mutable_data_ptr<float>()[t] = static_cast<float>(product);
  }
}

double NoiseSchedule::alpha_cumprod(std::int64_t timestep) const { return alphas_cumprod_.const_data_ptr<float>()[timestep]; }

at::Tensor NoiseSchedule::add_noise(const at::Tensor& samples, const at::Tensor& noise, const at::Tensor& timesteps) const {
  const at::Tensor signal = root_of(alphas_cumprod_, timesteps, samples.dim());
  const at::Tensor spread = root_of(alphas_cumprod_.neg().add(1), timesteps, samples.dim());
  return signal.mul(samples).add(spread.mul(noise));
}

at::Tensor NoiseSchedule::velocity(const at::Tensor& samples, const at::Tensor& noise, const at::Tensor& timesteps) const {
  const at::Tensor signal = root_of(alphas_cumprod_, timesteps, samples.dim());
  const at::Tensor spread = root_of(alphas_cumprod_.neg().add(1), timesteps, samples.dim());
  return signal.mul(noise).sub(spread.mul(samples));
}

} // namespace radforge
