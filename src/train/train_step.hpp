#pragma once

#include "gradient_reducer.hpp"
#include "recorded_parts.hpp"
#include "running_state.hpp"
#include "step_verdict.hpp"

#include "radforge/config/train_config.hpp"
#include "radforge/data/loader.hpp"
#include "radforge/train/optimizer.hpp"
#include "radforge/train/task.hpp"

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace radforge {

struct StepResult {
  StepVerdict verdict;
  double gradient_norm = 0;
  double learning_rate = 0;
};

/// How work of a CUDA device is started: a kernel at a time, or as what was recorded of an earlier part.
enum class Launching { single, recorded };

/// The training step, whole: forward and backward over this rank's slice of a global batch, one gradient for all ranks, one
/// verdict, the update.
class TrainStep {
 public:
  /// The references outlive the object. Errors: ConfigError for a batch that the ranks cannot share.
  TrainStep(const LoopConfig& loop, const OptimizerConfig& config, Communicator& ranks, Task& task, Optimizer& optimizer,
            Launching launching = Launching::single);

  /// Step `step` (from 0) on this rank's slice. `report` says of this rank what it knows beside the step itself.
  StepResult run(std::int64_t step, const Batch& slice, StepReport report);

  /// Why work of the device could not be recorded; empty: all could, or none was to be.
  std::string recording_problem() const { return recorded_parts_ ? recorded_parts_->problem() : std::string(); }

  /// Seconds spent so far in forward and backward, and waiting for other ranks.
  double compute_s() const { return compute_s_; }
  double wait_s() const { return reducer_->wait_s() + verdict_s_; }

 private:
  void accumulate(std::int64_t step, const Batch& slice);
  at::Tensor compute(const Batch& part, std::int64_t step, GradientReducer::Part place);
  void read_parts();
  void update(std::int64_t step, double learning_rate, double norm);

  /// A part of the slice that was computed, and has not been read.
  struct Part {
    std::size_t slot;
    Batch batch;       ///< without pixels
    at::Tensor values; ///< StepLoss::values
  };

  LoopConfig loop_;
  OptimizerConfig config_;
  Communicator& ranks_;
  Task& task_;
  Optimizer& optimizer_;
  std::unique_ptr<GradientReducer> reducer_;
  std::size_t part_size_;
  RunningState running_state_;
  StepExchange exchange_;
  std::vector<Part> parts_;
  std::optional<RecordedParts> recorded_parts_;
  double compute_s_ = 0;
  double verdict_s_ = 0;
};

} // namespace radforge
