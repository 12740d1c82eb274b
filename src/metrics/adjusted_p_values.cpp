#include "radforge/metrics/adjusted_p_values.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace radforge {

namespace {

/// Places of the values, least first.
std::vector<std::size_t> order_of(std::span<const double> p_values) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < p_values.size(); ++i) {
    if (!std::isnan(p_values[i])) {
      order.push_back(i);
    }
  }
  std::ranges::sort(order, {}, [&](std::size_t i) { return p_values[i]; });
  return order;
}

} // namespace

std::vector<double> holm_adjusted(std::span<const double> p_values) {
  std::vector<double> adjusted(p_values.begin(), p_values.end());
  const std::vector<std::size_t> order = order_of(p_values);
  double highest = 0;
  for (std::size_t place = 0; place < order.size(); ++place) {
    highest = std::max(highest, std::min(1.0, static_cast<double>(order.size() - place) * p_values[order[place]]));
    adjusted[order[place]] = highest;
  }
  return adjusted;
}

std::vector<double> benjamini_hochberg_adjusted(std::span<const double> p_values) {
  std::vector<double> adjusted(p_values.begin(), p_values.end());
  const std::vector<std::size_t> order = order_of(p_values);
  double lowest = 1;
  for (std::size_t place = order.size(); place-- > 0;) {
    lowest = std::min(lowest, p_values[order[place]] * static_cast<double>(order.size()) / static_cast<double>(place + 1));
    adjusted[order[place]] = lowest;
  }
  return adjusted;
}

} // namespace radforge
