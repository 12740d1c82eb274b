#include "radforge/metrics/resampling.hpp"

#include "radforge/core/error.hpp"

#include <boost/math/distributions/normal.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

namespace radforge {

namespace {

/// Uniform numbers below bounds, one after the other, without bias (multiply and reject, Lemire 2019).
class Words {
 public:
  explicit Words(const RandomKey& key) : key_(key) {}

  std::uint32_t below(std::uint32_t bound) {
    std::uint64_t product = std::uint64_t{next()} * bound;
    if (static_cast<std::uint32_t>(product) < bound) {
      const std::uint32_t least = -bound % bound;
      while (static_cast<std::uint32_t>(product) < least) {
        product = std::uint64_t{next()} * bound;
      }
    }
    return static_cast<std::uint32_t>(product >> 32);
  }

 private:
  std::uint32_t next() {
    if (at_ == words_.size()) {
      fill_bits(key_, words_, next_block_);
      next_block_ += static_cast<std::uint32_t>(words_.size() / 4);
      at_ = 0;
    }
    return words_[at_++];
  }

  RandomKey key_;
  std::array<std::uint32_t, 1024> words_{};
  std::size_t at_ = 1024;
  std::uint32_t next_block_ = 0;
};

std::vector<double> sorted_numbers(std::span<const double> values) {
  std::vector<double> sorted;
  std::ranges::copy_if(values, std::back_inserter(sorted), [](double value) { return !std::isnan(value); });
  std::ranges::sort(sorted);
  return sorted;
}

/// Of the mean of the values left out (Efron 1987, equation 6.6).
double acceleration_of(std::span<const double> left_out) {
  const std::vector<double> values = sorted_numbers(left_out);
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  double squares = 0;
  double cubes = 0;
  for (const double value : values) {
    squares += (mean - value) * (mean - value);
    cubes += (mean - value) * (mean - value) * (mean - value);
  }
  return squares > 0 ? cubes / (6 * std::pow(squares, 1.5)) : 0;
}

} // namespace

std::vector<std::uint32_t> draw_with_replacement(const RandomKey& key, std::size_t size) {
  std::vector<std::uint32_t> counts(size);
  Words words(key);
  for (std::size_t i = 0; i < size; ++i) {
    ++counts[words.below(static_cast<std::uint32_t>(size))];
  }
  return counts;
}

void shuffle_first(const RandomKey& key, std::span<std::uint32_t> values, std::size_t count) {
  require(count <= values.size(), "as many are drawn as there are, or fewer");
  Words words(key);
  for (std::size_t i = 0; i < count; ++i) { // Fisher and Yates
    std::swap(values[i], values[i + words.below(static_cast<std::uint32_t>(values.size() - i))]);
  }
}

double quantile_of(std::span<const double> sorted, double quantile) {
  if (sorted.empty()) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  const double place = std::clamp(quantile, 0.0, 1.0) * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], place - static_cast<double>(below));
}

Interval percentile_interval(std::span<const double> draws, double level) {
  const std::vector<double> sorted = sorted_numbers(draws);
  return {quantile_of(sorted, (1 - level) / 2), quantile_of(sorted, (1 + level) / 2)};
}

Interval bca_interval(std::span<const double> draws, double estimate, std::span<const double> left_out, double level) {
  const std::vector<double> sorted = sorted_numbers(draws);
  const auto below = static_cast<double>(std::ranges::lower_bound(sorted, estimate) - sorted.begin());
  const auto up_to = static_cast<double>(std::ranges::upper_bound(sorted, estimate) - sorted.begin());
  const double share = (below + up_to) / (2 * static_cast<double>(sorted.size()));
  if (!(share > 0 && share < 1)) {
    return {quantile_of(sorted, (1 - level) / 2), quantile_of(sorted, (1 + level) / 2)};
  }
  const boost::math::normal normal;
  const double bias = quantile(normal, share);
  const double acceleration = acceleration_of(left_out);
  const auto corrected = [&](double probability) {
    const double z = bias + quantile(normal, probability);
    return quantile_of(sorted, cdf(normal, bias + z / (1 - acceleration * z)));
  };
  return {corrected((1 - level) / 2), corrected((1 + level) / 2)};
}

double bootstrap_p_value(std::span<const double> draws) {
  const std::vector<double> sorted = sorted_numbers(draws);
  const auto not_above = static_cast<double>(std::ranges::upper_bound(sorted, 0.0) - sorted.begin());
  const auto not_below = static_cast<double>(sorted.end() - std::ranges::lower_bound(sorted, 0.0));
  return std::min(1.0, 2 * (std::min(not_above, not_below) + 1) / (static_cast<double>(sorted.size()) + 1));
}

} // namespace radforge
