#include "radforge/metrics/roc_curve.hpp"

#include "radforge/core/error.hpp"

#include <limits>

namespace radforge {

std::vector<RocPoint> roc_curve(const RankedScores& scores, std::size_t max_points) {
  require(max_points > 1, "a curve has two ends");
  if (scores.num_positives() == 0 || scores.num_negatives() == 0) {
    return {};
  }
  std::vector<RocPoint> points{{std::numeric_limits<double>::infinity(), 0, 0}};
  std::int64_t positives = 0;
  std::int64_t negatives = 0;
  for (const ScoreGroup& group : scores.groups()) {
    positives += group.positives;
    negatives += group.negatives;
    points.push_back({group.score, static_cast<double>(negatives) / static_cast<double>(scores.num_negatives()),
                      static_cast<double>(positives) / static_cast<double>(scores.num_positives())});
  }
  if (points.size() <= max_points) {
    return points;
  }
  // Both rates grow to 1, so the way from the beginning is their sum, and 2 in all.
  const auto way_to = [](const RocPoint& point) { return point.false_positive_rate + point.sensitivity; };
  const double step = 2 / static_cast<double>(max_points - 1);
  std::vector<RocPoint> kept{points.front()};
  for (std::size_t i = 1; i + 1 < points.size() && kept.size() + 1 < max_points; ++i) {
    if (way_to(points[i]) >= way_to(kept.back()) + step) {
      kept.push_back(points[i]);
    }
  }
  kept.push_back(points.back());
  return kept;
}

} // namespace radforge
