#include "radforge/metrics/operating_threshold.hpp"

#include <limits>

namespace radforge {

std::optional<double> choose_threshold(const RankedScores& scores, ThresholdRule rule, double level) {
  if (scores.num_positives() == 0 || scores.num_negatives() == 0) {
    return std::nullopt;
  }
  if (rule == ThresholdRule::max_f1) {
    return best_f1(scores)->threshold;
  }
  double threshold = std::numeric_limits<double>::infinity();
  std::int64_t positives = 0; // at this score and above
  std::int64_t negatives = 0;
  std::int64_t best = 0; // of Youden's index times the images of either class: whole, so that equal ones are equal
  for (const ScoreGroup& group : scores.groups()) {
    positives += group.positives;
    negatives += group.negatives;
    const std::int64_t index = positives * scores.num_negatives() - negatives * scores.num_positives();
    const double sensitivity = static_cast<double>(positives) / static_cast<double>(scores.num_positives());
    const double false_positive_rate = static_cast<double>(negatives) / static_cast<double>(scores.num_negatives());
    if (rule == ThresholdRule::sensitivity && sensitivity >= level) {
      return group.score;
    }
    if (rule == ThresholdRule::youden && index > best) {
      best = index;
      threshold = group.score;
    }
    if (rule == ThresholdRule::false_positive_rate && false_positive_rate <= level) {
      threshold = group.score;
    }
  }
  return threshold;
}

} // namespace radforge
