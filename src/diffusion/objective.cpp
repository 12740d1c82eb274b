#include "radforge/diffusion/objective.hpp"

#include "radforge/core/error.hpp"

namespace radforge {

Prediction prediction_of(const std::string& name) {
  if (name == "epsilon") {
    return Prediction::epsilon;
  }
  if (name == "v_prediction") {
    return Prediction::velocity;
  }
  throw ConfigError("diffusion.prediction_type '{}' is not known (there are epsilon and v_prediction)", name);
}

at::Tensor training_target(const NoiseSchedule& schedule, Prediction prediction, const at::Tensor& samples,
                           const at::Tensor& noise, const at::Tensor& timesteps) {
  return prediction == Prediction::epsilon ? noise : schedule.velocity(samples, noise, timesteps);
}

} // namespace radforge
