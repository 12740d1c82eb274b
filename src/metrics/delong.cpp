#include "radforge/metrics/delong.hpp"

#include "radforge/core/error.hpp"

#include <boost/math/distributions/normal.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <utility>
#include <vector>

namespace radforge {

namespace {

/// Of each value its rank among all, from 1; equal ones share the mean of theirs.
std::vector<double> mid_ranks(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return values[i]; });
  std::vector<double> ranks(values.size());
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin;
    while (end < order.size() && values[order[end]] == values[order[begin]]) {
      ++end;
    }
    for (std::size_t i = begin; i < end; ++i) {
      ranks[order[i]] = 0.5 * static_cast<double>(begin + end - 1) + 1;
    }
    begin = end;
  }
  return ranks;
}

/// Structural components: of each positive image the share of negative ones below it, of each negative one the share of positive
/// ones above it.
struct Components {
  std::vector<double> of_positives;
  std::vector<double> of_negatives;
  double auroc = 0;
};

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

Components components_of(std::span<const double> scores, std::span<const std::uint8_t> positive) {
  std::vector<double> positives;
  std::vector<double> negatives;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    (positive[i] != 0 ? positives : negatives).push_back(scores[i]);
  }
  std::vector<double> all = positives;
  all.insert(all.end(), negatives.begin(), negatives.end());
  const std::vector<double> ranks = mid_ranks(all);
  const std::vector<double> among_positives = mid_ranks(positives);
  const std::vector<double> among_negatives = mid_ranks(negatives);
  Components found;
  for (std::size_t i = 0; i < positives.size(); ++i) {
    found.of_positives.push_back((ranks[i] - among_positives[i]) / static_cast<double>(negatives.size()));
  }
  for (std::size_t i = 0; i < negatives.size(); ++i) {
    found.of_negatives.push_back(1 - (ranks[positives.size() + i] - among_negatives[i]) / static_cast<double>(positives.size()));
  }
  found.auroc = mean_of(found.of_positives);
  return found;
}

double covariance_of(const std::vector<double>& a, const std::vector<double>& b) {
  const double mean_a = mean_of(a);
  const double mean_b = mean_of(b);
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum += (a[i] - mean_a) * (b[i] - mean_b);
  }
  return sum / static_cast<double>(a.size() - 1);
}

double covariance_of(const Components& a, const Components& b) {
  return covariance_of(a.of_positives, b.of_positives) / static_cast<double>(a.of_positives.size()) +
         covariance_of(a.of_negatives, b.of_negatives) / static_cast<double>(a.of_negatives.size());
}

bool is_estimable(std::span<const std::uint8_t> positive) {
  const auto negatives = std::ranges::count(positive, 0);
  return negatives >= 2 && std::ssize(positive) - negatives >= 2;
}

} // namespace

std::optional<AurocVariance> delong_variance(std::span<const double> scores, std::span<const std::uint8_t> positive) {
  require(scores.size() == positive.size(), "every score has a label");
  if (!is_estimable(positive)) {
    return std::nullopt;
  }
  const Components found = components_of(scores, positive);
  return AurocVariance{found.auroc, covariance_of(found, found)};
}

std::optional<AurocDifference> delong_difference(std::span<const double> first, std::span<const double> second,
                                                 std::span<const std::uint8_t> positive) {
  require(first.size() == positive.size() && second.size() == positive.size(), "every score has a label");
  if (!is_estimable(positive)) {
    return std::nullopt;
  }
  const Components a = components_of(first, positive);
  const Components b = components_of(second, positive);
  AurocDifference found{{a.auroc, covariance_of(a, a)}, {b.auroc, covariance_of(b, b)}, covariance_of(a, b)};
  const double variance = found.first.variance + found.second.variance - 2 * found.covariance;
  const double difference = std::abs(a.auroc - b.auroc);
  if (variance > 0) {
    found.p_value = 2 * cdf(complement(boost::math::normal(), difference / std::sqrt(variance)));
  } else {
    found.p_value = difference > 0 ? 0 : 1;
  }
  return found;
}

} // namespace radforge
