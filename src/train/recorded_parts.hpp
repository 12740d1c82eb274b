#pragma once

#include "radforge/nn/device_graph.hpp"
#include "radforge/train/task.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace radforge {

/// Forward and backward of parts of a batch on CUDA, recorded once a stage of the task and a shape of its inputs. The first runs
/// are done kernel by kernel, so that libraries choose their algorithms on real work.
class RecordedParts {
 public:
  /// The task outlives this; its parameters stay where they are.
  RecordedParts(Task& task, std::int64_t global_batch_size) : task_(task), global_batch_size_(global_batch_size) {}

  /// As Task::accumulate(), of inputs on a CUDA device.
  at::Tensor accumulate(const StepInputs& inputs, std::int64_t step);
  /// Why work could not be recorded, and is done kernel by kernel; empty: all could.
  const std::string& problem() const { return problem_; }

 private:
  struct Recording;

  void record(Recording& recording, const StepInputs& inputs, std::int64_t step);

  struct Recording {
    int num_runs = 0;
    StepInputs inputs;                  ///< where the recorded work reads them
    at::Tensor values;                  ///< where it leaves what the loss is read from
    std::unique_ptr<DeviceGraph> graph; ///< none: not recorded yet, or an operation cannot be
  };
  using Key = std::pair<std::int64_t, std::vector<std::vector<std::int64_t>>>; ///< stage, shapes

  Task& task_;
  std::int64_t global_batch_size_;
  std::map<Key, Recording> recordings_;
  std::string problem_;
};

} // namespace radforge
