#pragma once

#include "radforge/diffusion/noise_schedule.hpp"

#include <ATen/core/Tensor.h>

#include <string>

namespace radforge {

/// What a denoiser predicts: the noise (Ho et al. 2020), the velocity (Salimans and Ho 2022) or the clean sample.
enum class Prediction { epsilon, velocity, sample };

/// Errors: ConfigError for any name but "epsilon", "v_prediction" and "sample".
Prediction prediction_of(const std::string& name);

/// What a prediction says that x = alpha clean + sigma noise is made of.
struct Estimate {
  at::Tensor clean;
  at::Tensor noise;
};

/// `predicted` is the denoiser's answer for `x` at `level`. Its sigma is above zero, and its alpha where the noise is predicted.
Estimate estimate_of(Prediction prediction, const NoiseLevel& level, const at::Tensor& x, const at::Tensor& predicted);

} // namespace radforge
