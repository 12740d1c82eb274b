#include "power_sum.hpp"

#include <cmath>

namespace radforge {

double PowerSum::value(const std::array<double, 2>& sizes) const {
  double sum = 0;
  for (std::size_t k = 0; k < sizes.size(); ++k) {
    sum += amplitudes[k] > 0 ? amplitudes[k] * std::pow(sizes[k], -exponents[k]) : 0;
  }
  return e + sign * sum;
}

std::array<double, 2> PowerSumData::sizes_of(std::size_t point) const {
  return {axes[0].sizes[point], axes.size() > 1 ? axes[1].sizes[point] : 1};
}

} // namespace radforge
