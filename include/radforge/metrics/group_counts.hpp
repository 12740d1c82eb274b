#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace radforge {

/// All that the metrics of a group of images need, each image counted as often as its weight says.
struct GroupCounts {
  double positives = 0;
  double negatives = 0;
  double twice_ordered = 0;   ///< 2 for each pair whose positive image has the higher score, 1 for a tie
  double precision_sum = 0;   ///< over the distinct scores: positives there times the precision down to there
  double true_positives = 0;  ///< at the threshold and above
  double false_positives = 0; ///< likewise
  double squared_error = 0;   ///< sum of (probability - label)^2
  double bin_error = 0;       ///< sum over the bins of |sum of probabilities - positives|

  bool operator==(const GroupCounts&) const = default;
};

/// What is measured of one label in one group of images.
enum class Metric : std::uint8_t {
  auroc,
  average_precision,
  brier,
  calibration_error,
  accuracy,
  balanced_accuracy,
  f1,
  sensitivity,
  specificity,
  precision,
  false_positive_rate,
  false_negative_rate,
  selection_rate,
};

std::span<const Metric> all_metrics();
/// "auroc", "false_negative_rate".
std::string name_of(Metric metric);

/// NaN where it is not defined: a rate of no image, a ranking without both classes.
double value_of(Metric metric, const GroupCounts& counts);

/// Why value_of is NaN: "no positive image"; empty where it is not.
std::string why_undefined(Metric metric, const GroupCounts& counts);

} // namespace radforge
