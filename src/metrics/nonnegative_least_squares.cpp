#include "nonnegative_least_squares.hpp"

#include <limits>
#include <optional>

namespace radforge {
namespace {

constexpr double singular = 1e-14; ///< a determinant this far below the product of the diagonal is rounding

/// g c = h for two unknowns, each wanted or zero.
struct Pair {
  double g11 = 0, g12 = 0, g22 = 0;
  double h1 = 0, h2 = 0;
  double floor1 = 0, floor2 = 0; ///< diagonals that rounding alone would leave

  std::optional<std::array<double, 2>> solve(unsigned wanted) const {
    const bool first = (wanted & 1U) != 0;
    const bool second = (wanted & 2U) != 0;
    if ((first && !(g11 > floor1)) || (second && !(g22 > floor2))) {
      return std::nullopt;
    }
    if (first && second) {
      const double determinant = g11 * g22 - g12 * g12;
      if (!(determinant > singular * g11 * g22)) {
        return std::nullopt;
      }
      return std::array{(h1 * g22 - h2 * g12) / determinant, (h2 * g11 - h1 * g12) / determinant};
    }
    return std::array{first ? h1 / g11 : 0, second ? h2 / g22 : 0};
  }
};

/// The normal equations with the constant's column projected out of the others: x^-0.01 is nearly constant, and its plain inner
/// products would lose as many digits again as its coefficient does.
struct NormalEquations {
  double g00 = 0, h0 = 0;
  double mean1 = 0, mean2 = 0;
  Pair centred, plain;

  explicit NormalEquations(const QuadraticRows& rows) {
    const auto& [z0, z1, z2] = rows.columns;
    double h0_by_weight = 0;
    for (std::size_t i = 0; i < z0.size(); ++i) {
      const double w = rows.weight[i] * z0[i];
      g00 += w * z0[i];
      mean1 += w * z1[i];
      mean2 += w * z2[i];
      h0_by_weight += w * rows.target[i];
      h0 += rows.pull[i] * z0[i];
    }
    h0 += h0_by_weight;
    if (!(g00 > 0)) {
      return;
    }
    mean1 /= g00;
    mean2 /= g00;
    const double level = h0_by_weight / g00;
    for (std::size_t i = 0; i < z0.size(); ++i) {
      const double d1 = z1[i] - mean1 * z0[i];
      const double d2 = z2[i] - mean2 * z0[i];
      const double h = rows.weight[i] * (rows.target[i] - level * z0[i]) + rows.pull[i];
      centred.g11 += rows.weight[i] * d1 * d1;
      centred.g12 += rows.weight[i] * d1 * d2;
      centred.g22 += rows.weight[i] * d2 * d2;
      centred.h1 += h * d1;
      centred.h2 += h * d2;
    }
    constexpr double rounding = 1e-22;
    centred.floor1 = rounding * mean1 * mean1 * g00;
    centred.floor2 = rounding * mean2 * mean2 * g00;
    plain = {.g11 = centred.g11 + mean1 * mean1 * g00,
             .g12 = centred.g12 + mean1 * mean2 * g00,
             .g22 = centred.g22 + mean2 * mean2 * g00,
             .h1 = centred.h1 + mean1 * h0,
             .h2 = centred.h2 + mean2 * h0};
  }
};

} // namespace

Coefficients nonnegative_least_squares(const QuadraticRows& rows) {
  const NormalEquations equations(rows);
  if (!(equations.g00 > 0)) {
    return {};
  }
  Coefficients best{};
  double lowest = std::numeric_limits<double>::infinity();
  for (unsigned wanted = 4; wanted-- > 0;) {
    if (const auto c = equations.centred.solve(wanted)) {
      const auto [c1, c2] = *c;
      const double c0 = equations.h0 / equations.g00 - c1 * equations.mean1 - c2 * equations.mean2;
      const double value =
          -(equations.h0 * equations.h0 / equations.g00 + c1 * equations.centred.h1 + c2 * equations.centred.h2) / 2;
      if (c0 >= 0 && c1 >= 0 && c2 >= 0 && value < lowest) {
        best = {c0, c1, c2};
        lowest = value;
        if (wanted == 3) { // a minimum of the whole that obeys the bounds
          return best;
        }
      }
    }
  }
  for (unsigned wanted = 4; wanted-- > 0;) {
    if (const auto c = equations.plain.solve(wanted)) {
      const auto [c1, c2] = *c;
      const double value = -(c1 * equations.plain.h1 + c2 * equations.plain.h2) / 2;
      if (c1 >= 0 && c2 >= 0 && value < lowest) {
        best = {0, c1, c2};
        lowest = value;
      }
    }
  }
  return best;
}

} // namespace radforge
