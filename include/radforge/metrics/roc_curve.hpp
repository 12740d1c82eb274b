#pragma once

#include "radforge/metrics/ranked_scores.hpp"

#include <cstddef>
#include <vector>

namespace radforge {

/// Shares of either class whose score is `threshold` or above.
struct RocPoint {
  double threshold = 0; ///< infinity at the beginning
  double false_positive_rate = 0;
  double sensitivity = 0;
};

/// From (0, 0) to (1, 1), one point a distinct score. Of more than `max_points` those are left that are as far apart
/// along the curve as makes so many; both ends stay. Nothing unless there are items of both classes. `max_points` > 1.
std::vector<RocPoint> roc_curve(const RankedScores& scores, std::size_t max_points);

} // namespace radforge
