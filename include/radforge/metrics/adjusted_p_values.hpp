#pragma once

#include <span>
#include <vector>

namespace radforge {

/// For many tests at once, each value in the place of its own; NaN where no test was made, which does not count.
/// Holm 1979: the probability of any false alarm stays below the level.
std::vector<double> holm_adjusted(std::span<const double> p_values);
/// Benjamini and Hochberg 1995: the share of false alarms among the alarms does.
std::vector<double> benjamini_hochberg_adjusted(std::span<const double> p_values);

} // namespace radforge
