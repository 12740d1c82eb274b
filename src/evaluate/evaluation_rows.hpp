#pragma once

#include "statistic.hpp"

#include "radforge/evaluate/classification.hpp"

#include <span>
#include <string>
#include <vector>

namespace radforge {

/// Statistics as rows with their intervals.
std::vector<EvaluationRow> rows_of(const std::string& model, const std::string& site, const std::vector<Statistic>& statistics,
                                   const BootstrapConfig& config, int num_threads);

/// What is compared of two models' lists for one label: metrics of all images, and gaps. The draws are of the same units. Means
/// over other labels or images are not compared.
std::vector<ComparisonRow> comparisons_of(const std::vector<Statistic>& statistics, const std::vector<Statistic>& baseline,
                                          const BootstrapConfig& config);

/// Fills in p_holm and p_bh.
void adjust_p_values(std::span<ComparisonRow> rows);
void adjust_p_values(std::span<EvaluationRow> rows);

} // namespace radforge
