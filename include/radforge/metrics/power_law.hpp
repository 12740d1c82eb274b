#pragma once

#include "radforge/metrics/interval.hpp"
#include "radforge/metrics/power_fit_options.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace radforge {

/// Whether a measure falls to its limit (a loss) or rises to it (an AUROC) as the size grows.
enum class Trend { falling, rising };

/// y = E + A x^-alpha where it falls, y = E - A x^-alpha where it rises; E is its limit, A >= 0.
struct PowerLaw {
  double e = 0;
  double a = 0;
  double alpha = 0;
  Trend trend = Trend::falling;

  double value(double size) const;
};

/// A measured value at a size (images, patients, parameters, FLOP).
struct PowerLawPoint {
  double size = 0;
  double value = 0;
};

struct PowerLawIntervals {
  Interval e;
  Interval a;
  Interval alpha;
};

/// As `ScalingLawFit`, of one variable.
struct PowerLawFit {
  PowerLaw law;
  PowerFitQuality quality;
  std::optional<PowerLawIntervals> intervals; ///< nothing without draws, or with as many parameters as points
  std::vector<Prediction> predictions;        ///< one a size held out, in order; none without intervals
  std::string not_identifiable; ///< why the parameters are not to be believed; empty where nothing speaks against them
};

/// What is fitted, and where it is asked for.
struct PowerLawProblem {
  std::vector<PowerLawPoint> points;
  Trend trend = Trend::falling;
  std::vector<double> held_out; ///< sizes to predict at
};

/// The saturating power law of least Huber loss, with E, A >= 0; method, intervals and predictions are those of
/// `fit_scaling_law`. A limit above 1 of a measure that cannot exceed 1 says that the points are too few or too early.
/// Errors: DataError (fewer than 3 points; a size that is not finite and positive; a value that is not finite, or not positive
/// where residuals are relative).
PowerLawFit fit_power_law(const PowerLawProblem& problem, const PowerFitOptions& options = {});

} // namespace radforge
