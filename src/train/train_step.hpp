#pragma once

#include "gradient_reducer.hpp"
#include "running_state.hpp"
#include "step_verdict.hpp"

#include "radforge/config/train_config.hpp"
#include "radforge/data/loader.hpp"
#include "radforge/train/optimizer.hpp"
#include "radforge/train/task.hpp"

#include <cstdint>
#include <memory>

namespace radforge {

struct StepResult {
  StepVerdict verdict;
  double gradient_norm = 0;
  double learning_rate = 0;
};

/// The training step, whole: forward and backward over this rank's slice of a global batch, one gradient for all ranks, one
/// verdict, the update.
class TrainStep {
 public:
  /// The references outlive the object. Errors: ConfigError for a batch that the ranks cannot share.
  TrainStep(const LoopConfig& loop, const OptimizerConfig& config, Communicator& ranks, Task& task, Optimizer& optimizer);

  /// Step `step` (from 0) on this rank's slice. `report` says of this rank what it knows beside the step itself.
  StepResult run(std::int64_t step, const Batch& slice, StepReport report);

  /// Seconds spent so far in forward and backward, and waiting for other ranks.
  double compute_s() const { return compute_s_; }
  double wait_s() const { return reducer_->wait_s() + verdict_s_; }

 private:
  void accumulate(const Batch& slice);
  void update(std::int64_t step, double learning_rate, double norm);

  LoopConfig loop_;
  OptimizerConfig config_;
  Communicator& ranks_;
  Task& task_;
  Optimizer& optimizer_;
  std::unique_ptr<GradientReducer> reducer_;
  std::size_t part_size_;
  RunningState running_state_;
  StepExchange exchange_;
  double compute_s_ = 0;
  double verdict_s_ = 0;
};

} // namespace radforge
