#pragma once

#include <array>
#include <cstddef>
#include <span>

namespace radforge {

/// Coefficients of the three columns of a regression; the first column is the constant's.
using Coefficients = std::array<double, 3>;
using Columns = std::array<std::span<const double>, 3>;

/// Rows of a quadratic function of the coefficients c: sum over rows of w (t - z c)^2 / 2 - p (z c).
struct QuadraticRows {
  std::span<const double> target;
  Columns columns;
  std::span<const double> weight;
  std::span<const double> pull;
};

/// Its minimum over c >= 0, exactly: with three unknowns the sets of those that are zero can be tried one by one (Lawson and
/// Hanson 1974 for the condition). A column that the others make up gets 0.
Coefficients nonnegative_least_squares(const QuadraticRows& rows);

} // namespace radforge
