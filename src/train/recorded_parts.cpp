#include "recorded_parts.hpp"

namespace radforge {

namespace {
constexpr int num_warm_ups = 3;
} // namespace

at::Tensor RecordedParts::accumulate(const StepInputs& inputs, std::int64_t step) {
  Key key{task_.stage_of(step), {}};
  for (const at::Tensor& input : inputs) {
    key.second.push_back(input.sizes().vec());
  }
  Recording& recording = recordings_[key];
  if (recording.num_runs++ < num_warm_ups) {
    return task_.accumulate(inputs, step, global_batch_size_);
  }
  if (!recording.graph) {
    for (const at::Tensor& input : inputs) {
      recording.inputs.push_back(input.clone());
    }
    recording.graph = std::make_unique<DeviceGraph>(
        [this, &recording, step] { recording.values = task_.accumulate(recording.inputs, step, global_batch_size_); });
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    recording.inputs[i].copy_(inputs[i], /*non_blocking=*/true);
  }
  recording.graph->launch();
  return recording.values.clone(); // the next part writes there again
}

} // namespace radforge
