#pragma once

#include "radforge/metrics/interval.hpp"
#include "radforge/metrics/power_fit_options.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace radforge {

/// L(N, D) = E + A N^-alpha + B D^-beta (Hoffmann et al., "Training Compute-Optimal Large Language Models", NeurIPS 2022, eq. 2).
/// N: parameters of the model; D: samples or tokens that it was trained on; L, E: the loss, in its own unit.
struct ScalingLaw {
  double e = 0;
  double a = 0;
  double b = 0;
  double alpha = 0;
  double beta = 0;

  double loss(double model_size, double data_size) const;
};

/// One training of a model of N parameters on D samples, and the loss it reached.
struct ScalingPoint {
  double model_size = 0;
  double data_size = 0;
  double loss = 0;
};

/// N and D of a training whose loss is to be predicted.
struct ScalingPlace {
  double model_size = 0;
  double data_size = 0;
};

struct ScalingLawIntervals {
  Interval e;
  Interval a;
  Interval b;
  Interval alpha;
  Interval beta;
};

struct ScalingLawFit {
  ScalingLaw law;
  PowerFitQuality quality;
  std::optional<ScalingLawIntervals> intervals; ///< nothing without draws, or with as many parameters as points
  std::vector<Prediction> predictions;          ///< one a place held out, in order; none without intervals
  /// Why the parameters are not to be believed, in words; empty where nothing speaks against them. The law still describes the
  /// points; what it predicts far from them hangs on parameters that they do not determine.
  std::string not_identifiable;
};

/// The law of least Huber loss (approach 3 of Hoffmann et al.) with E, A, B >= 0 and the exponents within their bounds, by
/// variable projection (Golub and Pereyra 1973): E, A and B are the exact optimum for given exponents, so that the search is one
/// of two variables; it starts at every local minimum of a grid. The same input gives the same result.
///
/// Intervals are percentiles of fits to resampled residuals: the points stay where they are, as N and D were chosen and not
/// drawn, and each gets the law's loss with the noise of another, drawn with replacement. Points drawn with replacement would
/// leave designs that nobody chose: of 3 x 3 points every sixth draw does not determine the law, and the interval of E is three
/// times as wide for it. Residuals are made larger by sqrt(points / (points - 5)), as a fit draws the law towards its points; and
/// in each draw by sqrt(nu / chi^2_nu), nu = points - 5, as their scale is an estimate, which gives the quantiles of Student's t
/// where the normal's would be too narrow. Predictions are the law of each draw with the noise of one more residual.
///
/// Errors: DataError (fewer than 5 points; N, D or L that is not finite and positive).
ScalingLawFit fit_scaling_law(std::span<const ScalingPoint> points, const PowerFitOptions& options = {},
                              std::span<const ScalingPlace> held_out = {});

} // namespace radforge
