#pragma once

#include "radforge/metrics/ranked_scores.hpp"

#include <cstdint>
#include <optional>

namespace radforge {

/// How the score from which on an image is called positive is chosen.
enum class ThresholdRule : std::uint8_t {
  max_f1,              ///< the highest F1; of equal ones the lowest score
  youden,              ///< the highest sensitivity + specificity - 1; of equal ones the highest score
  false_positive_rate, ///< the lowest score at which the rate is at most the level
  sensitivity,         ///< the highest score at which it is at least the level
};

/// One of the scores, or infinity where a rate allows no positive call. `level` is that of the last two rules. Nothing unless
/// there are images of both classes.
std::optional<double> choose_threshold(const RankedScores& scores, ThresholdRule rule, double level);

} // namespace radforge
