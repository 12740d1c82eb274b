#pragma once

#include "power_sum.hpp"
#include "radforge/metrics/interval.hpp"
#include "radforge/metrics/power_fit_options.hpp"
#include "variable_projection.hpp"

#include <array>
#include <span>
#include <vector>

namespace radforge {

/// Values as rows of a fit. Relative residuals: 1 = law / value. Absolute ones: both by `unit_size`, the largest value, so that
/// tolerances are of one meaning; relative ones have the unit size 1.
double unit_size_of(std::span<const double> values, ResidualUnit unit);
void set_rows(VariableProjection& fits, std::span<const double> values, ResidualUnit unit, double unit_size);

/// What a fit was made of, and what it gave.
struct FittedData {
  const PowerSumData& data;
  ResidualUnit unit = ResidualUnit::relative;
  double unit_size = 1;
  double delta = 0; ///< in units
  VariableProjection::Fit fit;
};

/// One draw: the law fitted to values made up, and a measured value made up at each place held out.
struct BootstrapDraw {
  PowerSum law;
  std::vector<double> measured;
};

/// See `fit_scaling_law`. `fits` is set to other rows by it.
std::vector<BootstrapDraw> residual_bootstrap(VariableProjection& fits, const FittedData& of, const PowerFitOptions& options,
                                              std::span<const std::array<double, 2>> held_out);

} // namespace radforge
