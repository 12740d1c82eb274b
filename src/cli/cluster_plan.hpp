#pragma once

#include "training_plan.hpp"

#include "radforge/config/cluster_config.hpp"
#include "radforge/plan/failure_cost.hpp"
#include "radforge/plan/step_prediction.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace radforge {

/// A training on some ranks of a cluster.
struct ClusterRun {
  std::int64_t ranks = 0;
  std::int64_t images_each = 0; ///< of a step, on a rank
  StepPrediction step;
  FailureCost failures;
  double images_per_s = 0; ///< between failures and saves
  double efficiency = 1;   ///< images a second and rank, beside those of a rank alone with as many images
  double hours = 0;        ///< of the whole training, failures and saves included
};

/// Whether more ranks share the configured batch, or each has as many images as on one node.
enum class BatchGrowth { none, with_ranks };

/// On one node, two, four, ..., as many as a job may have, and the whole machine; without growth on those numbers that divide the
/// batch. Errors: ConfigError if the ranks of one node do not divide it.
std::vector<ClusterRun> runs_on(const ClusterConfig& cluster, const TrainingPlan& plan, BatchGrowth growth);

/// Both tables as people read them, and what was assumed.
std::string cluster_plan_text(const ClusterConfig& cluster, const TrainingPlan& plan, const std::string& rate_text);

/// {"cluster", "fixed_batch": [...], "growing_batch": [...]}: every number of the tables, in SI units.
nlohmann::ordered_json cluster_plan_json(const ClusterConfig& cluster, const TrainingPlan& plan);

} // namespace radforge
