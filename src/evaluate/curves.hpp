#pragma once

#include "radforge/evaluate/classification.hpp"
#include "radforge/metrics/group_ranking.hpp"

#include <string>
#include <vector>

namespace radforge {

/// The ROC curve, thinned to what a plot shows, and the bins of the calibration error that have images.
std::vector<CurveRow> curves_of(const EvaluatedModel& model, const std::string& site, const std::string& label,
                                const ScoredImages& images, int num_bins);

} // namespace radforge
