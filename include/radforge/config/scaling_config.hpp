#pragma once

#include "radforge/config/train_config.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace radforge {

class Schema;

/// One number of each training, and how it is found in the folders of a sweep.
struct ScalingMeasureConfig {
  std::string name;
  std::string trainings;               ///< entry of the sweep whose runs are the points
  std::string source = "training";     ///< or "classification", "image-quality": what `entry` evaluated
  std::string entry;                   ///< of the sweep, with the axes of `trainings`; "" where the source is the training
  std::string key = "validation_loss"; ///< of metrics.jsonl, or a metric of the evaluation
  std::string model;                   ///< of metrics.csv; "" = the only one, like the site
  std::string site;
  std::string label = "macro";
  std::string subgroup = "all"; ///< of either evaluation
  std::string features;         ///< of image_quality.csv; "" = the only space that has the metric
  std::string trend = "falling";
};

/// An amount of arithmetic to be spent.
struct ScalingBudgetConfig {
  double gflop = 1e3; ///< 1e9 FLOP
};

struct ScalingFitConfig {
  double level = 0.9;
  std::int64_t num_draws = 1000;
  std::string residuals = "relative"; ///< of falling measures
  double huber_delta = 0;
  double max_exponent = 2.5;
};

/// `task: scaling` of evaluate.
struct ScalingConfig {
  std::string task = "scaling";
  std::int64_t seed = 1;
  std::string sweep; ///< folder
  std::vector<ScalingMeasureConfig> measures;
  std::int64_t held_out = 1; ///< most expensive places that are predicted and not fitted
  std::vector<ScalingBudgetConfig> budgets;
  ScalingFitConfig fit;
  WatchdogConfig watchdog;
};

void describe(Schema& schema, ScalingMeasureConfig& config);
void describe(Schema& schema, ScalingBudgetConfig& config);
void describe(Schema& schema, ScalingFitConfig& config);
void describe(Schema& schema, ScalingConfig& config);

} // namespace radforge
