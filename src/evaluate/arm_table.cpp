#include "arm_table.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <string>
#include <tuple>
#include <utility>

namespace radforge {

namespace {

template <class Row>
auto key_of(const Row& row) {
  return std::tuple(row.site, row.label, row.subgroup, row.metric, row.measure, row.model);
}

} // namespace

std::vector<ArmRow> arm_table(const EvaluationConfig& config, const std::vector<Arm>& arms, const ClassificationResult& result) {
  std::map<decltype(key_of(ComparisonRow{})), const ComparisonRow*> gains;
  for (const ComparisonRow& row : result.comparisons) {
    if (row.baseline == arms.front().name) {
      gains[key_of(row)] = &row;
    }
  }
  ComparisonRow none;
  for (double* value : {&none.difference, &none.low, &none.high, &none.relative, &none.relative_low, &none.relative_high,
                        &none.p_bootstrap, &none.p_delong, &none.p_holm, &none.p_bh}) {
    *value = std::numeric_limits<double>::quiet_NaN();
  }
  std::map<std::pair<std::string, std::string>, std::vector<const EvaluationRow*>> rows; // of a site, of a model
  std::vector<std::string> sites;
  for (const EvaluationRow& row : result.rows) {
    if (row.measure.starts_with("gap_") || (row.measure == "value" && row.subgroup == "all")) {
      rows[{row.site, row.model}].push_back(&row);
    }
    if (sites.empty() || sites.back() != row.site) {
      sites.push_back(row.site);
    }
  }
  std::vector<ArmRow> table;
  for (const std::string& site : sites) {
    const bool is_learned_from = std::ranges::find(config.training_sites, site) != config.training_sites.end();
    const char* domain = config.training_sites.empty() ? "" : is_learned_from ? "in-distribution" : "external";
    for (const Arm& arm : arms) {
      for (const EvaluationRow* row : rows[{site, arm.name}]) {
        const auto gain = gains.find(key_of(*row));
        table.push_back({*row, domain, gain == gains.end() ? none : *gain->second});
      }
    }
  }
  return table;
}

} // namespace radforge
