#pragma once

#include "huber_regression.hpp"
#include "power_sum.hpp"

#include <array>
#include <span>
#include <vector>

namespace radforge {

/// Fits the law of least Huber loss to values at fixed sizes, again and again for other values. Coefficients are the optimum for
/// given exponents, and the search is one of the exponents alone (Golub and Pereyra, "The differentiation of pseudo-inverses and
/// nonlinear least squares problems whose variables separate", SIAM J. Numer. Anal. 1973).
class VariableProjection {
 public:
  struct Bounds {
    double low = 0;
    double high = 0;
  };
  /// In sizes by their geometric mean, so that coefficients are of the order of the values.
  struct Fit {
    std::array<double, 2> exponents{};
    Coefficients coefficients{};
    double objective = 0;
  };

  VariableProjection(const PowerSumData& data, const Bounds& exponents);

  /// Row i asks that scale[i] * law = target[i].
  void set_rows(std::vector<double> target, std::vector<double> scale);

  /// The best of the minima reached from every local minimum of a grid.
  Fit search(double delta);
  /// The minimum reached downhill from there.
  Fit refine(const Fit& start, double delta);

  /// target - scale * law, of the last fit.
  std::span<const double> residuals() const { return regression_.residuals(); }
  PowerSum law_of(const Fit& fit) const;

 private:
  using Matrix = std::array<std::array<double, 2>, 2>;
  /// Slope and curvature of the objective in the exponents, coefficients following. `curvature` is that of the rows within delta,
  /// which may not determine the exponents; `upper` counts the others too, by the parabola above Huber's loss that touches it.
  struct Slope {
    std::array<double, 2> gradient{};
    Matrix curvature{};
    Matrix upper{};
  };

  Fit at(const std::array<double, 2>& exponents, const Coefficients& start, double delta);
  Slope slope(const Fit& fit, double delta) const;
  Matrix curvature(const Fit& fit, std::span<const double> root_weight) const;
  double derivative(const Fit& fit, std::size_t axis, std::size_t row) const;
  std::array<double, 2> step(const Fit& from, const Slope& slope, double damping) const;

  std::size_t num_axes_ = 0;
  double sign_ = 1;
  Bounds bounds_;
  std::array<double, 2> log_centre_{};
  std::array<std::vector<double>, 2> log_size_; ///< less the centre
  std::vector<double> target_;
  std::array<std::vector<double>, 3> columns_; ///< the scale, and sign * scale * x^-exponent of each axis
  HuberRegression regression_;
};

} // namespace radforge
