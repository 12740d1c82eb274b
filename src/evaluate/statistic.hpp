#pragma once

#include "draw_plan.hpp"
#include "subgroup_table.hpp"

#include "radforge/config/evaluation_config.hpp"

#include <limits>
#include <string>
#include <vector>

namespace radforge {

/// A number, and what it is in each draw. NaN: not estimable.
struct Statistic {
  std::string label;    ///< or the name of an average
  std::string subgroup; ///< "all", "sex=F"; of a gap the split, "sex"
  std::string metric;
  std::string measure; ///< "value", or what is made of the values of a split's groups
  double num_images = 0;
  double num_positives = 0;
  std::size_t num_seeds = 1;                                        ///< models that it is a mean of, the same but for their seed
  double seed_deviation = std::numeric_limits<double>::quiet_NaN(); ///< standard deviation over them
  std::string over; ///< of an average: the labels that it is of, with their images
  std::string note; ///< why it is not estimable, what was left out
  double whole = 0;
  double p_value = std::numeric_limits<double>::quiet_NaN(); ///< by permutation of the groups; of gap_max_min
  std::vector<double> draws;
  std::vector<double> left_out;
};

/// Every metric in every group, then what is made of them: the gaps of every split. The same list for every label of a site.
/// `permuted`: of each split.
std::vector<Statistic> statistics_of(const std::string& label, const LabelCounts& counts,
                                     const std::vector<PermutedCounts>& permuted, const SubgroupTable& groups,
                                     const EvaluationConfig& config);

/// Means over labels, element by element of their lists: of those whose value is known.
class StatisticAverage {
 public:
  enum class Weights { equal, positives };

  StatisticAverage(std::string name, Weights weights) : name_(std::move(name)), weights_(weights) {}

  void add(const std::vector<Statistic>& statistics);
  std::vector<Statistic> result() const;

 private:
  std::string name_;
  Weights weights_;
  int num_labels_ = 0;
  std::vector<Statistic> sums_;
  std::vector<double> sums_of_weights_;
  std::vector<int> num_known_;
};

} // namespace radforge
