#include "gap_statistics.hpp"

#include "radforge/metrics/gaps.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <utility>

namespace radforge {

namespace {

/// The rate k / n, or with half an image on either side (k + 1/2) / (n + 1): the mean under Jeffreys' prior.
double rate_of(Metric metric, const GroupCounts& counts, bool is_smoothed) {
  if (!is_smoothed || metric == Metric::auroc) {
    return value_of(metric, counts);
  }
  GroupCounts wide = counts;
  wide.positives += metric == Metric::selection_rate ? 0.5 : 1;
  wide.negatives += metric == Metric::selection_rate ? 0.5 : 1;
  wide.true_positives += metric == Metric::selection_rate ? 0.25 : 0.5;
  wide.false_positives += metric == Metric::selection_rate ? 0.25 : 0.5;
  return value_of(metric, wide);
}

bool is_large_enough(Metric metric, const GroupCounts& counts, const EligibilityConfig& config) {
  const auto least_of_rate = static_cast<double>(config.min_of_rate);
  const auto least_of_auroc = static_cast<double>(config.min_of_auroc);
  switch (metric) {
  case Metric::auroc:
    return counts.positives >= least_of_auroc && counts.negatives >= least_of_auroc;
  case Metric::false_positive_rate:
    return counts.negatives >= least_of_rate;
  case Metric::selection_rate:
    return counts.positives + counts.negatives >= least_of_rate;
  default:
    return counts.positives >= least_of_rate;
  }
}

/// The groups of a split that a rate is compared over.
class Compared {
 public:
  Compared(Metric metric, const SubgroupTable::Split& split, const SubgroupTable& groups, const LabelCounts& counts,
           const EvaluationConfig& config)
      : metric_(metric), is_smoothed_(config.smoothing == "jeffreys") {
    std::vector<std::string> small;
    for (const std::size_t group : split.groups) {
      if (is_large_enough(metric, counts.whole[group], config.eligibility)) {
        groups_.push_back(group);
      } else {
        small.push_back(groups.names()[group]);
      }
    }
    if (groups_.size() < 2) {
      note_ = fmt::format("{} of {} groups are large enough", groups_.size(), split.groups.size());
    } else {
      const std::vector<double> rates = rates_of(counts.whole);
      const auto [least, most] = std::ranges::minmax_element(rates);
      note_ = fmt::format("from {} to {}", groups.names()[groups_[static_cast<std::size_t>(least - rates.begin())]],
                          groups.names()[groups_[static_cast<std::size_t>(most - rates.begin())]]);
    }
    if (!small.empty()) {
      note_ += fmt::format("; too small: {}", fmt::join(small, ", "));
    }
  }

  const std::vector<std::size_t>& groups() const { return groups_; }
  const std::string& note() const { return note_; }

  std::vector<double> rates_of(const std::vector<GroupCounts>& counts) const {
    std::vector<double> rates;
    for (const std::size_t group : groups_) {
      rates.push_back(rate_of(metric_, counts[group], is_smoothed_));
    }
    return rates;
  }
  Gaps gaps_in(const std::vector<GroupCounts>& counts) const {
    return gaps_of(rates_of(counts), rate_of(metric_, counts[0], is_smoothed_),
                   metric_ == Metric::auroc ? Better::high : Better::low);
  }

 private:
  Metric metric_;
  bool is_smoothed_;
  std::vector<std::size_t> groups_;
  std::string note_;
};

/// A value of the counts as they are, in each draw, and without each block.
template <class Value>
struct Everywhere {
  Value whole{};
  std::vector<Value> draws;
  std::vector<Value> left_out;
};

template <class Function>
auto everywhere(const LabelCounts& counts, const Function& value) {
  Everywhere<decltype(value(counts.whole))> found;
  found.whole = value(counts.whole);
  std::ranges::transform(counts.draws, std::back_inserter(found.draws), value);
  std::ranges::transform(counts.left_out, std::back_inserter(found.left_out), value);
  return found;
}

template <class Value, class Function>
Statistic with_values(Statistic one, const Everywhere<Value>& of, const Function& value) {
  one.whole = value(of.whole);
  std::ranges::transform(of.draws, std::back_inserter(one.draws), value);
  std::ranges::transform(of.left_out, std::back_inserter(one.left_out), value);
  return one;
}

/// NaN without permutations. Gaps that differ by rounding are equal.
double p_value_of(double gap, const Compared& over, const PermutedCounts& permuted) {
  if (permuted.empty() || std::isnan(gap)) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  const auto num_as_large = std::ranges::count_if(permuted, [&](const std::vector<GroupCounts>& counts) {
    const double other = over.gaps_in(counts).max_min;
    return std::isnan(other) || other >= gap - 1e-12; // a group that has lost all of a class says nothing against chance
  });
  return static_cast<double>(num_as_large + 1) / static_cast<double>(permuted.size() + 1);
}

using RateGaps = std::pair<Gaps, Gaps>; ///< of false positives, of false negatives

double worst_of(const RateGaps& gaps) {
  const double a = gaps.first.max_min;
  const double b = gaps.second.max_min;
  return std::isnan(a) || std::isnan(b) ? std::numeric_limits<double>::quiet_NaN() : std::max(a, b);
}

double mean_of(const RateGaps& gaps) { return (gaps.first.max_min + gaps.second.max_min) / 2; }

} // namespace

std::vector<Statistic> gap_statistics(const std::string& label, const SubgroupTable::Split& split, const SubgroupTable& groups,
                                      const LabelCounts& counts, const PermutedCounts& permuted, const EvaluationConfig& config) {
  std::vector<Statistic> found;
  const auto named = [&](const std::string& metric, const std::string& measure, const std::string& note) {
    const GroupCounts& all = counts.whole[0];
    return Statistic{.label = label,
                     .subgroup = split.name,
                     .metric = metric,
                     .measure = measure,
                     .num_images = all.positives + all.negatives,
                     .num_positives = all.positives,
                     .note = note};
  };
  constexpr std::pair<const char*, double Gaps::*> kinds[] = {{"gap_max_min", &Gaps::max_min},
                                                              {"gap_to_overall", &Gaps::to_overall},
                                                              {"gap_to_best", &Gaps::to_best},
                                                              {"gap_p90_p10", &Gaps::p90_p10}};
  for (const Metric metric : {Metric::auroc, Metric::false_positive_rate, Metric::false_negative_rate, Metric::selection_rate}) {
    const Compared over(metric, split, groups, counts, config);
    const auto gaps = everywhere(counts, [&](const std::vector<GroupCounts>& of) { return over.gaps_in(of); });
    for (const auto& [name, member] : kinds) {
      found.push_back(
          with_values(named(name_of(metric), name, over.note()), gaps, [member = member](const Gaps& of) { return of.*member; }));
      if (member == &Gaps::max_min) {
        found.back().p_value = p_value_of(gaps.whole.max_min, over, permuted);
      }
    }
  }
  const Compared false_positives(Metric::false_positive_rate, split, groups, counts, config);
  const Compared false_negatives(Metric::false_negative_rate, split, groups, counts, config);
  const auto both = everywhere(counts, [&](const std::vector<GroupCounts>& of) {
    return RateGaps(false_positives.gaps_in(of), false_negatives.gaps_in(of));
  });
  const std::string note = fmt::format("false positives {}, false negatives {}", false_positives.note(), false_negatives.note());
  found.push_back(with_values(named("equalized_odds", "gap_worst", note), both, worst_of));
  found.push_back(with_values(named("equalized_odds", "gap_mean", note), both, mean_of));

  const Compared sensitive(Metric::sensitivity, split, groups, counts, config);
  const auto rates = everywhere(counts, [&](const std::vector<GroupCounts>& of) { return sensitive.rates_of(of); });
  for (const std::size_t group : split.groups) {
    const auto place = std::ranges::find(sensitive.groups(), group);
    const bool is_compared = place != sensitive.groups().end();
    Statistic one = named(name_of(Metric::sensitivity), "disparity", is_compared ? "" : "too small");
    one.subgroup = groups.names()[group];
    one.num_images = counts.whole[group].positives + counts.whole[group].negatives;
    one.num_positives = counts.whole[group].positives;
    const auto number = static_cast<std::size_t>(place - sensitive.groups().begin());
    found.push_back(with_values(std::move(one), rates, [&](const std::vector<double>& of) {
      return is_compared ? rate_disparity(of, number) : std::numeric_limits<double>::quiet_NaN();
    }));
  }
  return found;
}

} // namespace radforge
