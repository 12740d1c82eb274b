#pragma once

#include <span>

namespace radforge {

/// How far the groups of an attribute are apart in one rate, over those that are eligible. NaN with fewer than two.
struct Gaps {
  double max_min = 0;    ///< largest - smallest
  double to_overall = 0; ///< the largest distance to the rate of all images
  double to_best = 0;    ///< mean distance to the best group
  double p90_p10 = 0;    ///< 90th - 10th percentile of the groups' rates, linear between two
};

enum class Better { low, high };

Gaps gaps_of(std::span<const double> rates, double overall, Better better);

/// Seyyed-Kalantari et al. 2021, "CheXclusion": the true positive rate of each group less that of the other one, or, of more than
/// two, less their median. Returns that of group `number`.
double rate_disparity(std::span<const double> rates, std::size_t number);

} // namespace radforge
