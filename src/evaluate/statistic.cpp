#include "statistic.hpp"

#include "gap_statistics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <utility>

namespace radforge {

namespace {

constexpr double not_estimable = std::numeric_limits<double>::quiet_NaN();

void add_to(std::vector<double>& sums, const std::vector<double>& values, double weight) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    sums[i] += weight * values[i];
  }
}

void divide(std::vector<double>& sums, double by) {
  for (double& sum : sums) {
    sum /= by;
  }
}

} // namespace

std::vector<Statistic> statistics_of(const std::string& label, const LabelCounts& counts,
                                     const std::vector<PermutedCounts>& permuted, const SubgroupTable& groups,
                                     const EvaluationConfig& config) {
  std::vector<Statistic> statistics;
  for (std::size_t group = 0; group < groups.names().size(); ++group) {
    const GroupCounts& whole = counts.whole[group];
    for (const Metric metric : all_metrics()) {
      Statistic one{.label = label,
                    .subgroup = groups.names()[group],
                    .metric = name_of(metric),
                    .measure = "value",
                    .num_images = whole.positives + whole.negatives,
                    .num_positives = whole.positives,
                    .note = why_undefined(metric, whole),
                    .whole = value_of(metric, whole)};
      for (const std::vector<GroupCounts>& draw : counts.draws) {
        one.draws.push_back(value_of(metric, draw[group]));
      }
      for (const std::vector<GroupCounts>& block : counts.left_out) {
        one.left_out.push_back(value_of(metric, block[group]));
      }
      statistics.push_back(std::move(one));
    }
  }
  for (std::size_t split = 0; split < groups.splits().size(); ++split) {
    std::ranges::move(gap_statistics(label, groups.splits()[split], groups, counts, permuted[split], config),
                      std::back_inserter(statistics));
  }
  return statistics;
}

void StatisticAverage::add(const std::vector<Statistic>& statistics) {
  if (sums_.empty()) {
    for (const Statistic& one : statistics) {
      sums_.push_back({.label = name_, .subgroup = one.subgroup, .metric = one.metric, .measure = one.measure});
      sums_.back().draws.resize(one.draws.size());
      sums_.back().left_out.resize(one.left_out.size());
    }
    sums_of_weights_.resize(statistics.size());
    num_known_.resize(statistics.size());
  }
  ++num_labels_;
  for (std::size_t i = 0; i < statistics.size(); ++i) {
    const Statistic& one = statistics[i];
    Statistic& sum = sums_[i];
    sum.num_images = std::max(sum.num_images, one.num_images);
    const double weight = weights_ == Weights::equal ? 1 : one.num_positives;
    if (std::isnan(one.whole) || weight == 0) {
      continue;
    }
    ++num_known_[i];
    sums_of_weights_[i] += weight;
    sum.num_positives += one.num_positives;
    sum.over += fmt::format("{} {} {}\n", one.label, one.num_images, one.num_positives);
    sum.whole += weight * one.whole;
    add_to(sum.draws, one.draws, weight);
    add_to(sum.left_out, one.left_out, weight);
  }
}

std::vector<Statistic> StatisticAverage::result() const {
  std::vector<Statistic> means = sums_;
  for (std::size_t i = 0; i < means.size(); ++i) {
    if (num_known_[i] == 0) {
      means[i].whole = not_estimable;
      means[i].note = "of no label";
      continue;
    }
    means[i].whole /= sums_of_weights_[i];
    divide(means[i].draws, sums_of_weights_[i]);
    divide(means[i].left_out, sums_of_weights_[i]);
    if (num_known_[i] < num_labels_) {
      means[i].note = fmt::format("of {} of {} labels", num_known_[i], num_labels_);
    }
  }
  return means;
}

} // namespace radforge
