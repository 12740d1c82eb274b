#include "huber_regression.hpp"

#include <algorithm>
#include <cmath>

namespace radforge {

double huber_loss(double residual, double delta) {
  const double size = std::abs(residual);
  return size <= delta ? 0.5 * residual * residual : delta * (size - 0.5 * delta);
}

double huber_slope(double residual, double delta) { return std::clamp(residual, -delta, delta); }

double HuberRegression::assess(const Problem& problem, const Coefficients& c) {
  const auto& [z0, z1, z2] = problem.columns;
  double sum = 0;
  for (std::size_t i = 0; i < residuals_.size(); ++i) {
    residuals_[i] = problem.target[i] - c[0] * z0[i] - c[1] * z1[i] - c[2] * z2[i];
    sum += huber_loss(residuals_[i], problem.delta);
  }
  return sum;
}

/// Newton: the loss is a quadratic function as long as no residual crosses delta, and its minimum is exact (Madsen and Nielsen
/// 1990). Reweighted: a quadratic function above the loss that touches it, so its minimum never makes the loss larger.
Coefficients HuberRegression::step(const Problem& problem, Step kind) {
  for (std::size_t i = 0; i < residuals_.size(); ++i) {
    const double size = std::abs(residuals_[i]);
    const bool within = size <= problem.delta;
    weight_[i] = within ? 1 : kind == Step::newton ? 0 : problem.delta / size;
    pull_[i] = within || kind == Step::reweighted ? 0 : std::copysign(problem.delta, residuals_[i]);
  }
  return nonnegative_least_squares({problem.target, problem.columns, weight_, pull_});
}

HuberRegression::Solution HuberRegression::solve(const Problem& problem, const Coefficients& start) {
  constexpr int max_steps = 200;
  constexpr double enough = 1e-14; // of the objective
  Solution best{start, assess(problem, start)};
  Step kind = Step::newton;
  for (int count = 0; count < max_steps; ++count) {
    const Coefficients next = step(problem, kind);
    const double objective = assess(problem, next);
    const bool lower = objective < best.objective * (1 - enough);
    if (lower) {
      best = {next, objective};
    } else {
      best.objective = assess(problem, best.coefficients); // the residuals are the best's again
      if (kind == Step::reweighted) {
        break; // this step finds a way down if there is one
      }
    }
    kind = lower ? Step::newton : Step::reweighted;
  }
  return best;
}

} // namespace radforge
