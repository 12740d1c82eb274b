#include "radforge/diffusion/noise_schedule.hpp"

#include "radforge/core/error.hpp"

#include <ATen/ops/tensor.h>

#include <algorithm>
#include <numbers>
#include <ranges>
#include <vector>

namespace radforge {

namespace {

// Factors of a sample and of its noise at each timestep, shaped to multiply N x C x H x W.
at::Tensor root_of(const at::Tensor& values, const at::Tensor& timesteps, std::int64_t dimensions) {
  std::vector<std::int64_t> shape(static_cast<std::size_t>(dimensions), 1);
  shape[0] = timesteps.size(0);
  return values.index_select(0, timesteps).sqrt().view(shape);
}

double beta_of(const DiffusionConfig& config, std::int64_t t) {
  const auto count = static_cast<double>(config.num_train_timesteps);
  if (config.beta_schedule == "squaredcos_cap_v2") {
    const auto course = [&](std::int64_t step) {
      const double root = std::cos((static_cast<double>(step) / count + 0.008) / 1.008 * std::numbers::pi / 2);
      return root * root;
    };
    // In fp32, as diffusers holds it: of 1 - beta at the cap, where 0.001 is left, the rounding is 3e-5.
    return static_cast<float>(std::min(1 - course(t + 1) / course(t), 0.999));
  }
  const bool scaled = config.beta_schedule == "scaled_linear";
  if (!scaled && config.beta_schedule != "linear") {
    throw ConfigError("diffusion.beta_schedule '{}' is not known (there are scaled_linear, linear and squaredcos_cap_v2). Name "
                      "one of them",
                      config.beta_schedule);
  }
  const double first = scaled ? std::sqrt(config.beta_start) : config.beta_start;
  const double last = scaled ? std::sqrt(config.beta_end) : config.beta_end;
  const double root = first + (last - first) * static_cast<double>(t) / std::max(count - 1, 1.0);
  return scaled ? root * root : root;
}

void rescale_to_zero_terminal_snr(std::vector<double>& alphas_cumprod) {
  const double first = std::sqrt(alphas_cumprod.front());
  const double last = std::sqrt(alphas_cumprod.back());
  for (double& value : alphas_cumprod) {
    const double root = (std::sqrt(value) - last) * first / (first - last);
    value = root * root;
  }
}

} // namespace

NoiseSchedule::NoiseSchedule(const DiffusionConfig& config, at::Device device) {
  std::vector<double> products;
  double product = 1;
  for (std::int64_t t = 0; t < config.num_train_timesteps; ++t) {
    product *= 1 - beta_of(config, t);
    products.push_back(product);
  }
  if (config.rescale_betas_zero_snr) {
    if (config.prediction_type == "epsilon" || config.num_train_timesteps < 2) {
      throw ConfigError("diffusion.rescale_betas_zero_snr is on with prediction_type {} and {} timesteps (at the last one there "
                        "is noise alone, which says nothing of an image). Use v_prediction and more than one timestep",
                        config.prediction_type, config.num_train_timesteps);
    }
    rescale_to_zero_terminal_snr(products);
  }
  const auto usable = products.end() - (config.rescale_betas_zero_snr ? 1 : 0);
  if (std::any_of(products.begin(), usable, [](double value) { return static_cast<float>(value) <= 0; })) {
    throw ConfigError(
        "diffusion: nothing of an image is left long before the last of {} timesteps (beta_start {}, beta_end {}). Use "
        "fewer timesteps or smaller betas",
        config.num_train_timesteps, config.beta_start, config.beta_end);
  }
  values_.assign(products.begin(), products.end());
  alphas_cumprod_ = at::tensor(values_).to(device);
}

NoiseLevel NoiseSchedule::level(std::int64_t timestep) const {
  const double a = alpha_cumprod(timestep);
  return {.timestep = static_cast<double>(timestep), .alpha = std::sqrt(a), .sigma = std::sqrt(1 - a)};
}

double NoiseSchedule::finite_ratio(std::int64_t timestep) const {
  const double a = alpha_cumprod(timestep) == 0 ? 0x1p-24 : alpha_cumprod(timestep);
  return std::sqrt((1 - a) / a);
}

NoiseLevel NoiseSchedule::finite_level(double timestep) const {
  const auto below = static_cast<std::int64_t>(timestep);
  const std::int64_t above = std::min(below + 1, num_timesteps() - 1);
  const double weight = timestep - static_cast<double>(below);
  const double ratio = (1 - weight) * finite_ratio(below) + weight * finite_ratio(above);
  const double alpha = 1 / std::sqrt(1 + ratio * ratio);
  return {.timestep = timestep, .alpha = alpha, .sigma = ratio * alpha};
}

NoiseLevel NoiseSchedule::level_of_ratio(double ratio) const {
  const auto timesteps = std::views::iota(std::int64_t{0}, num_timesteps());
  const auto next = std::ranges::partition_point(timesteps, [&](std::int64_t t) { return finite_ratio(t) <= ratio; });
  const std::int64_t last = std::max<std::int64_t>(num_timesteps() - 2, 0);
  const std::int64_t below = std::clamp<std::int64_t>((next - timesteps.begin()) - 1, 0, last);
  const std::int64_t above = std::min(below + 1, num_timesteps() - 1);
  const double low = std::log(finite_ratio(below));
  const double span = std::log(finite_ratio(above)) - low;
  const double weight = span > 0 ? std::clamp((std::log(ratio) - low) / span, 0.0, 1.0) : 0;
  const double alpha = 1 / std::sqrt(1 + ratio * ratio);
  return {.timestep = static_cast<double>(below) + weight, .alpha = alpha, .sigma = ratio * alpha};
}

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
