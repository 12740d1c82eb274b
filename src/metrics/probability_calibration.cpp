#include "radforge/metrics/probability_calibration.hpp"

#include "radforge/core/error.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

namespace radforge {

namespace {

constexpr int max_iterations = 200;

double logit_of(double probability) {
  constexpr double least = std::numeric_limits<double>::epsilon() / 2;
  const double inside = std::clamp(probability, least, 1 - least);
  return std::log(inside) - std::log1p(-inside);
}

double sigmoid(double logit) { return 1 / (1 + std::exp(-logit)); }

/// Negative log-likelihood of targets in [0, 1], its gradient and curvature in slope and intercept.
struct Likelihood {
  double loss = 0;
  std::array<double, 2> gradient{};
  std::array<double, 3> curvature{}; ///< slope slope, slope intercept, intercept intercept
};

Likelihood likelihood_of(const LogitMap& map, const std::vector<double>& logits, const std::vector<double>& targets) {
  Likelihood found;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    const double logit = map.slope * logits[i] + map.intercept;
    const double probability = sigmoid(logit);
    found.loss += std::max(logit, 0.0) - targets[i] * logit + std::log1p(std::exp(-std::abs(logit)));
    found.gradient[0] += (probability - targets[i]) * logits[i];
    found.gradient[1] += probability - targets[i];
    const double weight = probability * (1 - probability);
    found.curvature[0] += weight * logits[i] * logits[i];
    found.curvature[1] += weight * logits[i];
    found.curvature[2] += weight;
  }
  return found;
}

/// Newton's step, in the slope alone or in both, shortened by `damping` (Levenberg 1944).
LogitMap step_of(const Likelihood& at, CalibrationMethod method, double damping) {
  const double a = at.curvature[0] + damping;
  const double b = at.curvature[1];
  const double c = at.curvature[2] + damping;
  if (method == CalibrationMethod::temperature) {
    return {-at.gradient[0] / a, 0};
  }
  const double determinant = a * c - b * b;
  return {-(c * at.gradient[0] - b * at.gradient[1]) / determinant, -(a * at.gradient[1] - b * at.gradient[0]) / determinant};
}

} // namespace

double LogitMap::operator()(double probability) const { return sigmoid(slope * logit_of(probability) + intercept); }

std::optional<LogitMap> fit_calibration(CalibrationMethod method, std::span<const double> probabilities,
                                        std::span<const std::uint8_t> positive) {
  require(probabilities.size() == positive.size(), "every probability has a label");
  const auto negatives = static_cast<double>(std::ranges::count(positive, 0));
  const double positives = static_cast<double>(positive.size()) - negatives;
  if (positives == 0 || negatives == 0) {
    return std::nullopt;
  }
  const bool is_platt = method == CalibrationMethod::platt;
  const double high = is_platt ? (positives + 1) / (positives + 2) : 1;
  const double low = is_platt ? 1 / (negatives + 2) : 0;
  std::vector<double> logits;
  std::vector<double> targets;
  for (std::size_t i = 0; i < probabilities.size(); ++i) {
    logits.push_back(logit_of(probabilities[i]));
    targets.push_back(positive[i] != 0 ? high : low);
  }
  LogitMap map;
  Likelihood at = likelihood_of(map, logits, targets);
  double damping = 0;
  for (int iteration = 0; iteration < max_iterations; ++iteration) {
    const LogitMap step = step_of(at, method, damping);
    const LogitMap next{map.slope + step.slope, map.intercept + step.intercept};
    const Likelihood there = likelihood_of(next, logits, targets);
    if (!(there.loss <= at.loss * (1 + 1e-14))) { // what rounding adds is no rise
      damping = std::max(4 * damping, 1e-6 * std::max({at.curvature[0], at.curvature[2], 1.0}));
      continue;
    }
    damping = damping > 1e-9 ? damping / 16 : 0;
    map = next;
    at = there;
    if (std::abs(step.slope) + std::abs(step.intercept) <= 1e-10 * (1 + std::abs(map.slope) + std::abs(map.intercept))) {
      return map;
    }
  }
  return std::nullopt;
}

} // namespace radforge
