#include "radforge/metrics/calibration.hpp"

#include "radforge/core/error.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace radforge {

namespace {

void check(std::span<const double> probabilities, std::span<const std::uint8_t> positive) {
  require(probabilities.size() == positive.size(), "every probability has a label");
  for (const double probability : probabilities) {
    if (!(probability >= 0 && probability <= 1)) {
      throw DataError("{} is no probability: calibration is measured on probabilities, not on logits", probability);
    }
  }
}

double label_of(std::uint8_t positive) { return positive != 0 ? 1 : 0; }

} // namespace

std::optional<double> brier_score(std::span<const double> probabilities, std::span<const std::uint8_t> positive) {
  check(probabilities, positive);
  if (probabilities.empty()) {
    return std::nullopt;
  }
  double sum = 0;
  for (std::size_t i = 0; i < probabilities.size(); ++i) {
    const double difference = probabilities[i] - label_of(positive[i]);
    sum += difference * difference;
  }
  return sum / static_cast<double>(probabilities.size());
}

std::optional<double> calibration_error(std::span<const double> probabilities, std::span<const std::uint8_t> positive,
                                        int num_bins) {
  require(num_bins > 0, "there are bins");
  check(probabilities, positive);
  if (probabilities.empty()) {
    return std::nullopt;
  }
  std::vector<double> excess(static_cast<std::size_t>(num_bins)); // sum of probability - label
  for (std::size_t i = 0; i < probabilities.size(); ++i) {
    const auto bin = static_cast<std::size_t>(probabilities[i] * num_bins);
    excess[std::min(bin, excess.size() - 1)] += probabilities[i] - label_of(positive[i]);
  }
  double sum = 0;
  for (const double difference : excess) {
    sum += std::abs(difference);
  }
  return sum / static_cast<double>(probabilities.size());
}

} // namespace radforge
