#pragma once

#include <cstdint>

namespace radforge {

/// What the noise of a measured value is in proportion to, and so what a residual is.
enum class ResidualUnit {
  relative, ///< (measured - law) / measured: losses. To first order the residual of log L that Hoffmann et al. take
  absolute, ///< measured - law: rates and areas between 0 and 1, whose noise does not shrink with them
};

/// How a law of powers is fitted, and how its uncertainty is found.
struct PowerFitOptions {
  /// Of falling laws; rising ones have absolute residuals.
  ResidualUnit unit = ResidualUnit::relative;
  /// Where Huber's loss turns from the half square to a line, in the unit of the residuals; Hoffmann et al. take 1e-3. 0: 1.345
  /// times the scale of the residuals (see `PowerFitQuality`), which loses 5 % of efficiency where the noise is normal (Huber,
  /// Robust Statistics, 1981) and, unlike a fixed one, is of the same meaning for a loss of any noise.
  double huber_delta = 0;
  double min_exponent = 0.01;
  double max_exponent = 2.5;
  int num_draws = 1000; ///< of the bootstrap; 0: no intervals
  double level = 0.9;   ///< of the intervals
  std::uint64_t seed = 0;
};

/// How well a law fits.
struct PowerFitQuality {
  double objective = 0;   ///< sum over the points of Huber's loss, the minimum that was sought
  double huber_delta = 0; ///< as given or chosen
  /// 1.4826 times the median absolute residual, by sqrt(points / (points - parameters)): the standard deviation of the noise
  /// where that is normal, whatever a few outliers are.
  double residual_scale = 0;
};

} // namespace radforge
