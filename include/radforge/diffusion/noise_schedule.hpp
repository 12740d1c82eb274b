#pragma once

#include "radforge/config/train_config.hpp"

#include <ATen/core/Tensor.h>

#include <cmath>
#include <cstdint>
#include <iterator>
#include <vector>

namespace radforge {

/// One point of the forward process: x = alpha x_0 + sigma noise, alpha^2 + sigma^2 = 1.
struct NoiseLevel {
  double timestep = 0;
  double alpha = 1;
  double sigma = 0;

  /// The standard deviation of the noise of x / alpha, which Karras et al. 2022 call sigma.
  double ratio() const { return sigma / alpha; }
  /// Half the logarithm of the signal-to-noise ratio, lambda of the DPM-Solver papers; infinite without noise.
  double lambda() const { return std::log(alpha / sigma); }
};

/// The forward process x_t = sqrt(a_t) x_0 + sqrt(1 - a_t) noise (Ho et al. 2020), a_t the product of 1 - beta up to t. Betas are
/// linear, linear in their roots ("scaled_linear") or of the cosine a_t ("squaredcos_cap_v2", Nichol and Dhariwal 2021).
/// `rescale_betas_zero_snr` shifts and scales sqrt(a_t) so that the last is zero (Lin et al. 2023, algorithm 1).
class NoiseSchedule {
 public:
  /// `device`: where tensors of timesteps and samples will be. Errors: ConfigError (a beta_schedule that is not known, zero
  /// terminal SNR where the noise is predicted).
  explicit NoiseSchedule(const DiffusionConfig& config, at::Device device = at::kCPU);

  std::int64_t num_timesteps() const { return std::ssize(values_); }
  /// a_t for every t, fp32.
  const at::Tensor& alphas_cumprod() const { return alphas_cumprod_; }
  double alpha_cumprod(std::int64_t timestep) const { return values_[static_cast<std::size_t>(timestep)]; }

  /// The very level of a timestep: alpha is zero at zero terminal SNR.
  NoiseLevel level(std::int64_t timestep) const;
  /// A level with alpha above zero, for samplers that divide by it: where a_t is zero it is taken as 2^-24. Between two timesteps
  /// the ratio is interpolated linearly. 0 <= timestep <= num_timesteps() - 1.
  NoiseLevel finite_level(double timestep) const;
  /// The level of a ratio; its timestep is interpolated between the logarithms of the ratios, within the timesteps there are.
  NoiseLevel level_of_ratio(double ratio) const;

  /// x_t for samples N x ..., noise of the same shape, timesteps N (int64), all on the schedule's device.
  at::Tensor add_noise(const at::Tensor& samples, const at::Tensor& noise, const at::Tensor& timesteps) const;
  /// v = sqrt(a_t) noise - sqrt(1 - a_t) x_0 (Salimans and Ho 2022).
  at::Tensor velocity(const at::Tensor& samples, const at::Tensor& noise, const at::Tensor& timesteps) const;

 private:
  double finite_ratio(std::int64_t timestep) const;

  std::vector<float> values_; ///< of alphas_cumprod_
  at::Tensor alphas_cumprod_;
};

} // namespace radforge
