#pragma once

#include <array>
#include <string>
#include <vector>

namespace radforge {

/// One variable of a law of powers, and what its parameters are called in messages.
struct PowerAxis {
  std::string size;      ///< "N"
  std::string amplitude; ///< "A"
  std::string exponent;  ///< "alpha"
  std::vector<double> sizes;
};

/// y = E + sign * sum over axes k of A_k x_k^-alpha_k, of one or two axes; an axis that is not there has A = 0.
struct PowerSum {
  double e = 0;
  double sign = 1;
  std::array<double, 2> amplitudes{};
  std::array<double, 2> exponents{};

  double value(const std::array<double, 2>& sizes) const;
};

/// Measured values and where they were measured.
struct PowerSumData {
  std::vector<PowerAxis> axes;
  std::vector<double> values;
  double sign = 1;

  std::size_t num_parameters() const { return 1 + 2 * axes.size(); }
  std::array<double, 2> sizes_of(std::size_t point) const;
};

} // namespace radforge
