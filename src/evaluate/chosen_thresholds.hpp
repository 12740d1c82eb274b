#pragma once

#include "radforge/evaluate/classification.hpp"

#include <string>
#include <vector>

namespace radforge {

/// Calibrates a model's probabilities of each label, if the configuration says so, and chooses its thresholds: both on the images
/// of threshold.split of all sites. Errors: ConfigError (nothing is of that split, and a calibration is asked for).
std::vector<ThresholdRow> calibrate_and_choose(const EvaluationConfig& config, EvaluatedModel& model,
                                               const std::vector<std::string>& labels, const std::vector<std::string>& sites);

} // namespace radforge
