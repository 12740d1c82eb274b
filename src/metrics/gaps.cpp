#include "radforge/metrics/gaps.hpp"

#include "radforge/core/error.hpp"
#include "radforge/metrics/resampling.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace radforge {

Gaps gaps_of(std::span<const double> rates, double overall, Better better) {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  if (rates.size() < 2 || std::ranges::any_of(rates, [](double rate) { return std::isnan(rate); })) {
    return {none, none, none, none};
  }
  std::vector<double> sorted(rates.begin(), rates.end());
  std::ranges::sort(sorted);
  const double best = better == Better::low ? sorted.front() : sorted.back();
  Gaps gaps{.max_min = sorted.back() - sorted.front(), .p90_p10 = quantile_of(sorted, 0.9) - quantile_of(sorted, 0.1)};
  for (const double rate : sorted) {
    gaps.to_overall = std::max(gaps.to_overall, std::abs(rate - overall));
    gaps.to_best += std::abs(rate - best) / static_cast<double>(sorted.size());
  }
  return gaps;
}

double rate_disparity(std::span<const double> rates, std::size_t number) {
  require(number < rates.size(), "a group of those that are compared");
  if (rates.size() < 2) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  if (rates.size() == 2) {
    return rates[number] - rates[1 - number];
  }
  std::vector<double> sorted(rates.begin(), rates.end());
  std::ranges::sort(sorted);
  return rates[number] - quantile_of(sorted, 0.5);
}

} // namespace radforge
