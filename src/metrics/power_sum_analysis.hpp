#pragma once

#include "identifiability.hpp"
#include "power_sum.hpp"
#include "radforge/metrics/interval.hpp"
#include "radforge/metrics/power_fit_options.hpp"

#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace radforge {

struct PowerSumAnalysis {
  PowerSum law;
  PowerFitQuality quality;
  std::optional<PowerSumIntervals> intervals;
  std::vector<Prediction> predictions;
  std::string not_identifiable;
};

/// Fit, intervals, predictions and doubts of a law of one or two powers: what `fit_power_law` and `fit_scaling_law` share.
PowerSumAnalysis analyse(const PowerSumData& data, const PowerFitOptions& options,
                         std::span<const std::array<double, 2>> held_out);

} // namespace radforge
