#pragma once

#include "radforge/config/train_config.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace radforge {

/// The forward process x_t = sqrt(a_t) x_0 + sqrt(1 - a_t) noise (Ho et al. 2020), a_t the product of 1 - beta up to t.
class NoiseSchedule {
 public:
  explicit NoiseSchedule(const DiffusionConfig& config);

  std::int64_t num_timesteps() const { return alphas_cumprod_.size(0); }
  /// a_t for every t, fp32.
  const at::Tensor& alphas_cumprod() const { return alphas_cumprod_; }
  double alpha_cumprod(std::int64_t timestep) const;

  /// x_t for samples N x ..., noise of the same shape, timesteps N (int64).
  at::Tensor add_noise(const at::Tensor& samples, const at::Tensor& noise, const at::Tensor& timesteps) const;
  /// v = sqrt(a_t) noise - sqrt(1 - a_t) x_0 (Salimans and Ho 2022).
  at::Tensor velocity(const at::Tensor& samples, const at::Tensor& noise, const at::Tensor& timesteps) const;

 private:
  at::Tensor alphas_cumprod_;
};

} // namespace radforge
