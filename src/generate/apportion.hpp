#pragma once

#include <cstdint>
#include <vector>

namespace radforge {

/// Whole numbers that add up to `total` and are nearest to `weights` times a constant: by largest remainders (Hamilton's method),
/// equal ones in their order. Weights are not negative, and not all 0.
std::vector<std::int64_t> apportion(std::int64_t total, const std::vector<double>& weights);

/// Puts counts[i] times the number i in a row, each spread as evenly over it as all can be: any stretch has its share of each to
/// within one or two.
std::vector<std::uint32_t> interleave(const std::vector<std::int64_t>& counts);

} // namespace radforge
