#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace radforge {

/// A score and how many items of each class have it.
struct ScoreGroup {
  double score = 0;
  std::int64_t positives = 0;
  std::int64_t negatives = 0;
};

/// The distinct scores of a two-class problem, highest first: all that its ranking metrics depend on.
class RankedScores {
 public:
  /// One score an item, and whether it is positive (not 0); items whose label is unknown are left out by the caller. Errors:
  /// DataError (a score that is not a number); InternalError unless there are as many of one as of the other.
  RankedScores(std::span<const double> scores, std::span<const std::uint8_t> positive);

  const std::vector<ScoreGroup>& groups() const { return groups_; }
  std::int64_t num_positives() const { return num_positives_; }
  std::int64_t num_negatives() const { return num_negatives_; }

 private:
  std::vector<ScoreGroup> groups_;
  std::int64_t num_positives_ = 0;
  std::int64_t num_negatives_ = 0;
};

/// The area under the ROC curve: the probability that a positive item has a higher score than a negative one, ties counted as
/// half (Mann-Whitney, mid-ranks). Exact but for one division. Nothing unless there are items of both classes.
std::optional<double> auroc(const RankedScores& scores);

/// The sum over the distinct scores, from the highest, of the recall that each adds times the precision there; no interpolation.
/// Nothing unless there are positive items.
std::optional<double> average_precision(const RankedScores& scores);

/// Items of `threshold` and above are called positive.
struct OperatingPoint {
  double threshold = 0;
  double f1 = 0;
};

/// The distinct score at which F1 is highest, the lowest of equal ones. Nothing unless there are positive items.
std::optional<OperatingPoint> best_f1(const RankedScores& scores);

} // namespace radforge
