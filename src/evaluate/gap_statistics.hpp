#pragma once

#include "statistic.hpp"

#include <string>
#include <vector>

namespace radforge {

/// How far a split's groups are apart: gaps (metrics/gaps.hpp) of AUROC and rates, equalised odds (the larger, or the mean, of
/// the gaps in both rates), and each group's disparity of sensitivity. Groups that are too small are left out and named. The
/// p-value of a rate's largest gap is the share of permutations, itself one of them, whose gap is as large.
std::vector<Statistic> gap_statistics(const std::string& label, const SubgroupTable::Split& split, const SubgroupTable& groups,
                                      const LabelCounts& counts, const PermutedCounts& permuted, const EvaluationConfig& config);

} // namespace radforge
