#pragma once

#include "draw_plan.hpp"
#include "subgroup_table.hpp"

#include "radforge/data/prediction_table.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace radforge {

/// A model's images of one site: those that are judged, with their groups and the units they are drawn by.
class SiteImages {
 public:
  SiteImages(const EvaluationConfig& config, const std::string& site, const PredictionTable& table);

  const std::vector<SampleRecord>& samples() const { return samples_; }
  const SubgroupTable& groups() const { return groups_; }
  const DrawPlan& plan() const { return plan_; }

  /// Those with a known label and a score. Nothing if the model does not tell the label.
  std::optional<ScoredImages> scored(const PredictionTable& table, const std::string& label) const;

 private:
  std::vector<std::size_t> rows_; ///< of the table
  std::vector<SampleRecord> samples_;
  SubgroupTable groups_;
  DrawPlan plan_;
};

/// Whether a row without a split counts to every one.
bool is_of_split(const SampleRecord& sample, const std::string& split);

} // namespace radforge
