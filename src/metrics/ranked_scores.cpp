#include "radforge/metrics/ranked_scores.hpp"

#include "radforge/core/error.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

namespace radforge {

RankedScores::RankedScores(std::span<const double> scores, std::span<const std::uint8_t> positive) {
  require(scores.size() == positive.size(), "every score has a label");
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (std::ranges::any_of(scores, [](double score) { return std::isnan(score); })) {
    throw DataError("a score is not a number (the model that made it diverged, or its file is damaged): make it again");
  }
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
  for (const std::size_t item : order) {
    if (groups_.empty() || groups_.back().score != scores[item]) {
      groups_.push_back({scores[item]});
    }
    positive[item] != 0 ? ++groups_.back().positives : ++groups_.back().negatives;
  }
  for (const ScoreGroup& group : groups_) {
    num_positives_ += group.positives;
    num_negatives_ += group.negatives;
  }
}

std::optional<double> auroc(const RankedScores& scores) {
  if (scores.num_positives() == 0 || scores.num_negatives() == 0) {
    return std::nullopt;
  }
  std::int64_t twice = 0; // pairs in order count 2, ties 1: whole numbers, exact for any number of images
  std::int64_t negatives_below = scores.num_negatives();
  for (const ScoreGroup& group : scores.groups()) {
    negatives_below -= group.negatives;
    twice += group.positives * (2 * negatives_below + group.negatives);
  }
  return static_cast<double>(twice) /
         (2.0 * static_cast<double>(scores.num_positives()) * static_cast<double>(scores.num_negatives()));
}

std::optional<double> average_precision(const RankedScores& scores) {
  if (scores.num_positives() == 0) {
    return std::nullopt;
  }
  double sum = 0;
  std::int64_t positives = 0;
  std::int64_t items = 0;
  for (const ScoreGroup& group : scores.groups()) {
    positives += group.positives;
    items += group.positives + group.negatives;
    sum += static_cast<double>(group.positives) * static_cast<double>(positives) / static_cast<double>(items);
  }
  return sum / static_cast<double>(scores.num_positives());
}

std::optional<OperatingPoint> best_f1(const RankedScores& scores) {
  if (scores.num_positives() == 0) {
    return std::nullopt;
  }
  OperatingPoint best{0, -1};
  std::int64_t positives = 0;
  std::int64_t items = 0;
  for (const ScoreGroup& group : scores.groups()) {
    positives += group.positives;
    items += group.positives + group.negatives;
    const double f1 = 2.0 * static_cast<double>(positives) / static_cast<double>(items + scores.num_positives());
    if (f1 >= best.f1) {
      best = {group.score, f1};
    }
  }
  return best;
}

} // namespace radforge
