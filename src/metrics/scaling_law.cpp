#include "radforge/metrics/scaling_law.hpp"

#include "power_sum_analysis.hpp"

#include <utility>

namespace radforge {

double ScalingLaw::loss(double model_size, double data_size) const {
  return PowerSum{.e = e, .amplitudes = {a, b}, .exponents = {alpha, beta}}.value({model_size, data_size});
}

ScalingLawFit fit_scaling_law(std::span<const ScalingPoint> points, const PowerFitOptions& options,
                              std::span<const ScalingPlace> held_out) {
  PowerSumData data{.axes = {{"N", "A", "alpha", {}}, {"D", "B", "beta", {}}}, .values = {}};
  for (const ScalingPoint& point : points) {
    data.axes[0].sizes.push_back(point.model_size);
    data.axes[1].sizes.push_back(point.data_size);
    data.values.push_back(point.loss);
  }
  std::vector<std::array<double, 2>> places;
  for (const ScalingPlace& place : held_out) {
    places.push_back({place.model_size, place.data_size});
  }
  PowerSumAnalysis found = analyse(data, options, places);
  ScalingLawFit result{.law = {.e = found.law.e,
                               .a = found.law.amplitudes[0],
                               .b = found.law.amplitudes[1],
                               .alpha = found.law.exponents[0],
                               .beta = found.law.exponents[1]},
                       .quality = found.quality,
                       .intervals = {},
                       .predictions = std::move(found.predictions),
                       .not_identifiable = std::move(found.not_identifiable)};
  if (found.intervals) {
    const auto& [e, amplitudes, exponents] = *found.intervals;
    result.intervals = {.e = e, .a = amplitudes[0], .b = amplitudes[1], .alpha = exponents[0], .beta = exponents[1]};
  }
  return result;
}

} // namespace radforge
