#include "evaluation_rows.hpp"

#include "radforge/core/error.hpp"
#include "radforge/core/parallel_for.hpp"
#include "radforge/metrics/adjusted_p_values.hpp"
#include "radforge/metrics/resampling.hpp"

#include <fmt/format.h>

#include <cmath>
#include <functional>
#include <limits>
#include <map>

namespace radforge {

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

Interval interval_of(double whole, const std::vector<double>& draws, const std::vector<double>& left_out,
                     const BootstrapConfig& config) {
  if (draws.empty() || std::isnan(whole)) {
    return {none, none};
  }
  return config.interval == "bca" ? bca_interval(draws, whole, left_out, config.level) : percentile_interval(draws, config.level);
}

std::vector<double> combined(const std::vector<double>& a, const std::vector<double>& b,
                             const std::function<double(double, double)>& combine) {
  std::vector<double> values;
  for (std::size_t i = 0; i < a.size(); ++i) {
    values.push_back(combine(a[i], b[i]));
  }
  return values;
}

double less(double a, double b) { return a - b; }
double relative_change(double a, double b) { return b == 0 ? none : (a - b) / b; }

/// Within families of tests, which `family_of` names.
template <class Row, class Family>
void adjust(std::span<Row> rows, double Row::*p_value, const Family& family_of) {
  std::map<std::string, std::vector<std::size_t>> families;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    families[family_of(rows[i])].push_back(i);
  }
  for (const auto& [_, members] : families) {
    std::vector<double> p_values;
    for (const std::size_t i : members) {
      p_values.push_back(rows[i].*p_value);
    }
    const std::vector<double> holm = holm_adjusted(p_values);
    const std::vector<double> bh = benjamini_hochberg_adjusted(p_values);
    for (std::size_t i = 0; i < members.size(); ++i) {
      rows[members[i]].p_holm = holm[i];
      rows[members[i]].p_bh = bh[i];
    }
  }
}

bool is_compared(const Statistic& one) {
  return one.measure.starts_with("gap_") || (one.measure == "value" && one.subgroup == "all");
}

} // namespace

std::vector<EvaluationRow> rows_of(const std::string& model, const std::string& site, const std::vector<Statistic>& statistics,
                                   const BootstrapConfig& config, int num_threads) {
  std::vector<EvaluationRow> rows(statistics.size());
  parallel_for(statistics.size(), num_threads, [&](int, std::size_t i) {
    const Statistic& one = statistics[i];
    const Interval interval = interval_of(one.whole, one.draws, one.left_out, config);
    rows[i] = {.model = model,
               .site = site,
               .label = one.label,
               .subgroup = one.subgroup,
               .metric = one.metric,
               .measure = one.measure,
               .value = one.whole,
               .low = interval.low,
               .high = interval.high,
               .num_images = one.num_images,
               .num_positives = one.num_positives,
               .num_seeds = one.num_seeds,
               .seed_deviation = one.seed_deviation,
               .p_value = one.p_value,
               .p_holm = none,
               .p_bh = none,
               .note = one.note};
  });
  return rows;
}

std::vector<ComparisonRow> comparisons_of(const std::vector<Statistic>& statistics, const std::vector<Statistic>& baseline,
                                          const BootstrapConfig& config) {
  std::vector<ComparisonRow> rows;
  for (std::size_t i = 0; i < statistics.size(); ++i) {
    const Statistic& a = statistics[i];
    const Statistic& b = baseline[i];
    require(a.label == b.label && a.subgroup == b.subgroup && a.metric == b.metric && a.measure == b.measure,
            "lists of statistics are of the same things");
    if (!is_compared(a) || a.over != b.over || std::isnan(a.whole) || std::isnan(b.whole)) {
      continue;
    }
    const std::vector<double> differences = combined(a.draws, b.draws, less);
    const Interval difference = interval_of(a.whole - b.whole, differences, combined(a.left_out, b.left_out, less), config);
    const double relative = relative_change(a.whole, b.whole);
    const Interval change = interval_of(relative, combined(a.draws, b.draws, relative_change),
                                        combined(a.left_out, b.left_out, relative_change), config);
    rows.push_back({.label = a.label,
                    .subgroup = a.subgroup,
                    .metric = a.metric,
                    .measure = a.measure,
                    .difference = a.whole - b.whole,
                    .low = difference.low,
                    .high = difference.high,
                    .relative = relative,
                    .relative_low = change.low,
                    .relative_high = change.high,
                    .p_bootstrap = differences.empty() ? none : bootstrap_p_value(differences),
                    .p_delong = none,
                    .p_holm = none,
                    .p_bh = none});
  }
  return rows;
}

void adjust_p_values(std::span<ComparisonRow> rows) {
  adjust(rows, &ComparisonRow::p_bootstrap,
         [](const ComparisonRow& row) { return fmt::format("{}\n{}\n{}", row.subgroup, row.metric, row.measure); });
}

void adjust_p_values(std::span<EvaluationRow> rows) {
  adjust(rows, &EvaluationRow::p_value, [](const EvaluationRow& row) { return row.model + "\n" + row.metric; });
}

} // namespace radforge
