#pragma once

#include "interval_means.hpp"
#include "step_verdict.hpp"

#include "radforge/run/run_context.hpp"
#include "radforge/train/checkpoint_store.hpp"
#include "radforge/train/optimizer.hpp"
#include "radforge/train/trainer.hpp"

#include <cstdint>

namespace radforge {

/// The checkpoints of a training run as all ranks make and load them together.
class RunCheckpoints {
 public:
  /// What is saved belongs to the caller. The references outlive the object.
  RunCheckpoints(const TrainPlan& plan, RunContext& context, ParameterSet& parameters, Optimizer& optimizer,
                 IntervalMeans& means);

  /// Loads the newest whole set, and returns its step; 0 without one. Collective.
  std::int64_t load_newest();
  /// Collective.
  void save(std::int64_t step);

 private:
  TrainState state();

  RunContext& context_;
  ParameterSet& parameters_;
  Optimizer& optimizer_;
  CheckpointStore store_;
};

} // namespace radforge
