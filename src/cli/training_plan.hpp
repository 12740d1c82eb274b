#pragma once

#include "training_cost.hpp"

#include "radforge/config/train_config.hpp"

#include <optional>
#include <string>

namespace radforge {

/// Rates that times are told for, in FLOP/s.
struct AssumedRates {
  double gpu = 0.4 * 312e12; ///< sustained, of each GPU
  std::string gpu_text = "an A100 at 40 % of its 312 TFLOP/s in bf16";
  double here = 0; ///< this process's matrix products, measured
  std::string here_text;
};

/// What a training run takes.
struct TrainingPlan {
  LoopConfig loop;
  std::int64_t keep = 2; ///< checkpoint sets
  std::vector<PartCost> parts;
  Activations activations = Activations::kept;
  StateSize state;
  std::vector<std::int64_t> bucket_counts; ///< parameters of each bucket of gradient, in the order in which backward fills them
  bool shard = false;                      ///< each rank updates its share
  std::optional<std::int64_t> num_images;  ///< that training sees in an epoch, where the data are there
};

/// The plan as people read it: arithmetic by part, time, checkpoints, and a line for each number of ranks.
std::string training_plan_text(const TrainingPlan& plan, const AssumedRates& rates);

/// `value` with three digits and the unit's prefix: "3.67 TFLOP".
std::string with_prefix(double value, const char* unit);

} // namespace radforge
