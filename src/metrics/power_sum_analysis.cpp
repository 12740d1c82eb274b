#include "power_sum_analysis.hpp"

#include "radforge/core/error.hpp"
#include "radforge/metrics/resampling.hpp"
#include "residual_bootstrap.hpp"
#include "variable_projection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace radforge {
namespace {

void check(const PowerSumData& data, ResidualUnit unit) {
  if (data.values.size() < data.num_parameters()) {
    throw DataError("{} points do not determine a law (it has {} parameters): measure at more sizes", data.values.size(),
                    data.num_parameters());
  }
  for (std::size_t i = 0; i < data.values.size(); ++i) {
    for (const PowerAxis& axis : data.axes) {
      if (!(std::isfinite(axis.sizes[i]) && axis.sizes[i] > 0)) {
        throw DataError("{} of point {} is {} (a size is finite and above zero): mend the point or leave it out", axis.size, i,
                        axis.sizes[i]);
      }
    }
    const double value = data.values[i];
    if (!std::isfinite(value) || (unit == ResidualUnit::relative && value <= 0)) {
      throw DataError(
          "the value of point {} is {} (a finite one{} is fitted): leave the training out, or find out why it diverged", i, value,
          unit == ResidualUnit::relative ? " above zero" : "");
    }
  }
}

void check(const PowerSumData& data, std::span<const std::array<double, 2>> held_out) {
  for (const auto& place : held_out) {
    for (std::size_t k = 0; k < data.axes.size(); ++k) {
      if (!(std::isfinite(place[k]) && place[k] > 0)) {
        throw DataError("{} = {} is no place to predict at (a size is finite and above zero): mend it", data.axes[k].size,
                        place[k]);
      }
    }
  }
}

double scale_of(std::span<const double> residuals, std::size_t num_parameters) {
  std::vector<double> sizes(residuals.size());
  std::ranges::transform(residuals, sizes.begin(), [](double residual) { return std::abs(residual); });
  std::ranges::sort(sizes);
  const double median = (sizes[(sizes.size() - 1) / 2] + sizes[sizes.size() / 2]) / 2;
  const auto count = static_cast<double>(sizes.size());
  const double left = std::max(1.0, count - static_cast<double>(num_parameters));
  return 1.4826 * median * std::sqrt(count / left); // 1 / the normal distribution's upper quartile
}

/// The fit, with delta in units. A delta to be chosen follows the scale of least squares first, then that of its own residuals.
FittedData fitted(VariableProjection& fits, const PowerSumData& data, const PowerFitOptions& options) {
  constexpr double efficient = 1.345;
  constexpr double exact = 1e-10; // points on the law: their residuals are rounding, and least squares is as good
  FittedData result{.data = data, .unit = options.unit, .unit_size = unit_size_of(data.values, options.unit)};
  set_rows(fits, data.values, options.unit, result.unit_size);
  if (options.huber_delta > 0) {
    result.delta = options.huber_delta / result.unit_size;
    result.fit = fits.search(result.delta);
    return result;
  }
  const auto delta = [&] { return std::max(exact, efficient * scale_of(fits.residuals(), data.num_parameters())); };
  fits.search(std::numeric_limits<double>::infinity());
  const VariableProjection::Fit first = fits.search(delta());
  result.delta = delta();
  result.fit = fits.refine(first, result.delta);
  return result;
}

PowerSumIntervals intervals_of(const std::vector<BootstrapDraw>& draws, double level) {
  const auto interval = [&](const auto& parameter) {
    std::vector<double> values(draws.size());
    std::ranges::transform(draws, values.begin(), [&](const BootstrapDraw& draw) { return parameter(draw.law); });
    return percentile_interval(values, level);
  };
  PowerSumIntervals intervals;
  intervals.e = interval([](const PowerSum& law) { return law.e; });
  for (std::size_t k = 0; k < 2; ++k) {
    intervals.amplitudes[k] = interval([k](const PowerSum& law) { return law.amplitudes[k]; });
    intervals.exponents[k] = interval([k](const PowerSum& law) { return law.exponents[k]; });
  }
  return intervals;
}

} // namespace

PowerSumAnalysis analyse(const PowerSumData& data, const PowerFitOptions& options,
                         std::span<const std::array<double, 2>> held_out) {
  require(options.huber_delta >= 0 && options.num_draws >= 0, "a delta and a number of draws of at least zero");
  require(0 < options.level && options.level < 1, "a level between 0 and 1");
  check(data, options.unit);
  check(data, held_out);
  VariableProjection fits(data, {options.min_exponent, options.max_exponent});
  const FittedData fit = fitted(fits, data, options);
  PowerSumAnalysis result{.law = fits.law_of(fit.fit),
                          .quality = {.objective = fit.fit.objective * fit.unit_size * fit.unit_size,
                                      .huber_delta = fit.delta * fit.unit_size,
                                      .residual_scale = scale_of(fits.residuals(), data.num_parameters()) * fit.unit_size}};
  if (options.num_draws > 0 && data.values.size() > data.num_parameters()) {
    const std::vector<BootstrapDraw> draws = residual_bootstrap(fits, fit, options, held_out);
    result.intervals = intervals_of(draws, options.level);
    for (std::size_t place = 0; place < held_out.size(); ++place) {
      std::vector<double> measured(draws.size());
      std::ranges::transform(draws, measured.begin(), [place](const BootstrapDraw& draw) { return draw.measured[place]; });
      result.predictions.push_back({result.law.value(held_out[place]), percentile_interval(measured, options.level)});
    }
  }
  std::vector<std::string> doubts = doubts_of_design(data);
  if (doubts.empty()) {
    doubts = doubts_of_law(data, result.law, result.intervals, options);
  }
  if (data.values.size() == data.num_parameters()) {
    doubts.push_back(
        fmt::format("nothing tells the noise (as many points as parameters, {}): measure at more sizes", data.num_parameters()));
  }
  result.not_identifiable = fmt::format("{}", fmt::join(doubts, "; "));
  return result;
}

} // namespace radforge
