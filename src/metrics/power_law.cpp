#include "radforge/metrics/power_law.hpp"

#include "power_sum_analysis.hpp"

#include <utility>

namespace radforge {
namespace {

double sign_of(Trend trend) { return trend == Trend::falling ? 1 : -1; }

} // namespace

double PowerLaw::value(double size) const {
  return PowerSum{.e = e, .sign = sign_of(trend), .amplitudes = {a, 0}, .exponents = {alpha, 0}}.value({size, 1});
}

PowerLawFit fit_power_law(const PowerLawProblem& problem, const PowerFitOptions& options) {
  PowerSumData data{.axes = {{"size", "A", "alpha", {}}}, .values = {}, .sign = sign_of(problem.trend)};
  for (const PowerLawPoint& point : problem.points) {
    data.axes[0].sizes.push_back(point.size);
    data.values.push_back(point.value);
  }
  std::vector<std::array<double, 2>> places;
  for (const double size : problem.held_out) {
    places.push_back({size, 1});
  }
  PowerFitOptions of_trend = options;
  if (problem.trend == Trend::rising) {
    of_trend.unit = ResidualUnit::absolute;
  }
  PowerSumAnalysis found = analyse(data, of_trend, places);
  PowerLawFit result{
      .law = {.e = found.law.e, .a = found.law.amplitudes[0], .alpha = found.law.exponents[0], .trend = problem.trend},
      .quality = found.quality,
      .intervals = {},
      .predictions = std::move(found.predictions),
      .not_identifiable = std::move(found.not_identifiable)};
  if (found.intervals) {
    result.intervals = {.e = found.intervals->e, .a = found.intervals->amplitudes[0], .alpha = found.intervals->exponents[0]};
  }
  return result;
}

} // namespace radforge
