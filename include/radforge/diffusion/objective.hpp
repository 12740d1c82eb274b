#pragma once

#include "radforge/diffusion/noise_schedule.hpp"

#include <ATen/core/Tensor.h>

#include <string>

namespace radforge {

/// What a denoiser predicts: the noise (Ho et al. 2020) or the velocity (Salimans and Ho 2022).
enum class Prediction { epsilon, velocity };

/// Errors: ConfigError for any name but "epsilon" and "v_prediction".
Prediction prediction_of(const std::string& name);

/// The tensor that the prediction is compared with.
at::Tensor training_target(const NoiseSchedule& schedule, Prediction prediction, const at::Tensor& samples,
                           const at::Tensor& noise, const at::Tensor& timesteps);

} // namespace radforge
