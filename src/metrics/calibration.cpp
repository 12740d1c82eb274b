#include "radforge/metrics/calibration.hpp"

#include "radforge/core/error.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

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

std::vector<ReliabilityBin> reliability_bins(std::span<const double> probabilities, std::span<const std::uint8_t> positive,
                                             int num_bins) {
  require(num_bins > 0, "there are bins");
  check(probabilities, positive);
  std::vector<ReliabilityBin> bins(static_cast<std::size_t>(num_bins));
  for (std::size_t i = 0; i < probabilities.size(); ++i) {
    ReliabilityBin& bin = bins[std::min(static_cast<std::size_t>(probabilities[i] * num_bins), bins.size() - 1)];
    bin.num_items += 1;
    bin.sum_of_probabilities += probabilities[i];
    bin.num_positives += label_of(positive[i]);
  }
  return bins;
}

std::optional<double> calibration_error(std::span<const double> probabilities, std::span<const std::uint8_t> positive,
                                        int num_bins) {
  double sum = 0;
  for (const ReliabilityBin& bin : reliability_bins(probabilities, positive, num_bins)) {
    sum += std::abs(bin.sum_of_probabilities - bin.num_positives);
  }
  return probabilities.empty() ? std::nullopt : std::optional(sum / static_cast<double>(probabilities.size()));
}

} // namespace radforge
