#include "apportion.hpp"

#include "radforge/core/error.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace radforge {

std::vector<std::int64_t> apportion(std::int64_t total, const std::vector<double>& weights) {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  require(sum > 0, "weights to apportion by");
  std::vector<std::int64_t> counts;
  std::vector<double> remainders;
  for (const double weight : weights) {
    const double share = weight / sum * static_cast<double>(total);
    counts.push_back(static_cast<std::int64_t>(std::floor(share)));
    remainders.push_back(weight > 0 ? share - std::floor(share) : -1);
  }
  std::vector<std::size_t> order(weights.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return remainders[a] > remainders[b]; });
  const std::int64_t left = total - std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
  for (std::int64_t i = 0; i < left; ++i) { // fewer than there are weights
    ++counts[order[static_cast<std::size_t>(i)]];
  }
  return counts;
}

std::vector<std::uint32_t> interleave(const std::vector<std::int64_t>& counts) {
  std::vector<std::pair<double, std::uint32_t>> places; // the k-th of n at (k + 1/2) / n
  for (std::size_t i = 0; i < counts.size(); ++i) {
    for (std::int64_t k = 0; k < counts[i]; ++k) {
      places.emplace_back((static_cast<double>(k) + 0.5) / static_cast<double>(counts[i]), static_cast<std::uint32_t>(i));
    }
  }
  std::ranges::sort(places);
  std::vector<std::uint32_t> numbers;
  numbers.reserve(places.size());
  std::ranges::transform(places, std::back_inserter(numbers), &std::pair<double, std::uint32_t>::second);
  return numbers;
}

} // namespace radforge
