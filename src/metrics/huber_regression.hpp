#pragma once

#include "nonnegative_least_squares.hpp"

#include <span>
#include <vector>

namespace radforge {

/// Huber's loss: r^2 / 2 up to `delta`, a line of the same slope beyond.
double huber_loss(double residual, double delta);

/// Its slope: the residual, cut at `delta`.
double huber_slope(double residual, double delta);

/// sum of huber(t - z c) over rows, minimised over c >= 0. Convex: one minimum.
class HuberRegression {
 public:
  explicit HuberRegression(std::size_t num_rows) : residuals_(num_rows), weight_(num_rows), pull_(num_rows) {}

  struct Problem {
    std::span<const double> target;
    Columns columns;
    double delta = 0; ///< infinity: least squares
  };
  struct Solution {
    Coefficients coefficients{};
    double objective = 0;
  };

  /// From `start`, which saves steps and changes nothing else.
  Solution solve(const Problem& problem, const Coefficients& start);

  /// t - z c of the last solution.
  std::span<const double> residuals() const { return residuals_; }

 private:
  enum class Step { newton, reweighted };

  double assess(const Problem& problem, const Coefficients& c);
  Coefficients step(const Problem& problem, Step kind);

  std::vector<double> residuals_;
  std::vector<double> weight_;
  std::vector<double> pull_;
};

} // namespace radforge
