#pragma once

#include "radforge/metrics/power_fit_options.hpp"
#include "radforge/metrics/power_law.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace radforge {

/// A training and the number that it reached.
struct ScalingRun {
  std::string name;
  double model_size = 0; ///< N
  double data_size = 0;  ///< D
  double flop = 0;       ///< C
  double value = 0;
};

/// One number of many trainings.
struct ScalingMeasure {
  std::string name;
  Trend trend = Trend::falling;
  std::vector<ScalingRun> runs;
};

struct ScalingSettings {
  PowerFitOptions fit;
  std::size_t held_out = 1;    ///< places (N, D) of the most arithmetic, with all their runs
  std::vector<double> budgets; ///< FLOP
};

struct ScalingPointRow {
  std::string measure;
  ScalingRun run;
  bool held_out = false;
  bool on_frontier = false; ///< of those that are fitted: none with no more arithmetic is as good
};

/// A number that belongs to a fit. `law` is "joint" (N and D), "data" (D, at the largest N), "model" (N, at the largest D) or
/// "compute" (C, over the frontier).
struct ScalingFitRow {
  std::string measure;
  std::string law;
  std::string variable;  ///< "N, D", "D", "N" or "C"
  std::string parameter; ///< "E", "A", "alpha", "B", "beta", "num_points", "residual_scale", "N" or "D" that is held fixed
  double value = 0;      ///< NaN: nothing was fitted, and the note says why
  double low = 0;        ///< NaN without an interval
  double high = 0;
  std::string note; ///< why it was not fitted, or is not to be believed
};

struct ScalingPredictionRow {
  std::string measure;
  std::string law;
  ScalingRun run; ///< as it was measured
  double predicted = 0;
  double low = 0;
  double high = 0;
  std::optional<bool> inside; ///< whether the interval holds what was measured; nothing without an interval
  std::string note;
};

/// How a budget is best spent by the joint law.
struct ScalingOptimumRow {
  std::string measure;
  double flop = 0;
  double model_size = 0;
  double data_size = 0;
  double value = 0;
  double flop_per_parameter_and_sample = 0; ///< k of C = k N D: the median of the runs
  std::string note;
};

/// A law at a place, to be drawn.
struct ScalingCurveRow {
  std::string measure;
  std::string law;
  std::string variable;  ///< "D", "N" or "C"
  double model_size = 0; ///< that is held fixed; NaN: none
  double x = 0;
  double value = 0;
};

struct ScalingResult {
  std::vector<ScalingPointRow> points;
  std::vector<ScalingFitRow> fits;
  std::vector<ScalingPredictionRow> predictions;
  std::vector<ScalingOptimumRow> optima;
  std::vector<ScalingCurveRow> curves;
};

/// Laws of one measure, and what they say of the runs held out: the joint law of a falling measure, saturating power laws of one
/// variable of any. What cannot be fitted (fewer points than parameters, a value that no law has) is a row that says so; nothing
/// is predicted from it. Values are finite. The same runs in any order give the same result.
ScalingResult analyse_scaling(const ScalingMeasure& measure, const ScalingSettings& settings);

} // namespace radforge
