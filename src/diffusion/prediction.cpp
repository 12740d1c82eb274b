#include "radforge/diffusion/prediction.hpp"

#include "radforge/core/error.hpp"

namespace radforge {

Prediction prediction_of(const std::string& name) {
  if (name == "epsilon") {
    return Prediction::epsilon;
  }
  if (name == "v_prediction") {
    return Prediction::velocity;
  }
  if (name == "sample") {
    return Prediction::sample;
  }
  throw ConfigError("diffusion.prediction_type '{}' is not known (there are epsilon, v_prediction and sample). Name one of them",
                    name);
}

Estimate estimate_of(Prediction prediction, const NoiseLevel& level, const at::Tensor& x, const at::Tensor& predicted) {
  switch (prediction) {
  case Prediction::epsilon:
    return {.clean = x.sub(predicted.mul(level.sigma)).div(level.alpha), .noise = predicted};
  case Prediction::velocity:
    return {.clean = x.mul(level.alpha).sub(predicted.mul(level.sigma)),
            .noise = predicted.mul(level.alpha).add(x.mul(level.sigma))};
  case Prediction::sample:
    return {.clean = predicted, .noise = x.sub(predicted.mul(level.alpha)).div(level.sigma)};
  }
  throw InternalError("a prediction of no kind");
}

} // namespace radforge
