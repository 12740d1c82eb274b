#include "radforge/metrics/compute_optimum.hpp"

#include "radforge/core/error.hpp"

#include <cmath>

namespace radforge {

ComputeOptimum compute_optimum(const ScalingLaw& law, double flop, double flop_per_parameter_and_sample) {
  if (!(law.a > 0 && law.b > 0 && law.alpha > 0 && law.beta > 0)) {
    throw DataError("a law with A = {}, B = {}, alpha = {}, beta = {} has no optimum (the loss has to fall with N and with D): "
                    "measure over a wider range",
                    law.a, law.b, law.alpha, law.beta);
  }
  if (!(std::isfinite(flop) && flop > 0 && std::isfinite(flop_per_parameter_and_sample) && flop_per_parameter_and_sample > 0)) {
    throw DataError("a budget of {} FLOP at {} a parameter and sample buys nothing (both are above zero): mend them", flop,
                    flop_per_parameter_and_sample);
  }
  const double product = flop / flop_per_parameter_and_sample;
  const double sum = law.alpha + law.beta;
  const double g = std::pow(law.alpha * law.a / (law.beta * law.b), 1 / sum);
  const double model_size = g * std::pow(product, law.beta / sum);
  const double data_size = product / model_size;
  return {model_size, data_size, law.loss(model_size, data_size)};
}

} // namespace radforge
