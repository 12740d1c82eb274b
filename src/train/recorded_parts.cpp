#include "recorded_parts.hpp"

#include <c10/util/Exception.h>

namespace radforge {

namespace {
constexpr int num_warm_ups = 3;
} // namespace

void RecordedParts::record(Recording& recording, const StepInputs& inputs, std::int64_t step) {
  for (const at::Tensor& input : inputs) {
    recording.inputs.push_back(input.clone());
  }
  try {
    recording.graph = std::make_unique<DeviceGraph>(
        [this, &recording, step] { recording.values = task_.accumulate(recording.inputs, step, global_batch_size_); });
  } catch (const c10::OutOfMemoryError&) {
    throw;
  } catch (const c10::Error& error) { // nothing of it was done
    problem_ = error.what_without_backtrace();
  }
}

at::Tensor RecordedParts::accumulate(const StepInputs& inputs, std::int64_t step) {
  Key key{task_.stage_of(step), {}};
  for (const at::Tensor& input : inputs) {
    key.second.push_back(input.sizes().vec());
  }
  Recording& recording = recordings_[key];
  if (recording.num_runs++ == num_warm_ups) {
    record(recording, inputs, step);
  }
  if (!recording.graph) {
    return task_.accumulate(inputs, step, global_batch_size_);
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    recording.inputs[i].copy_(inputs[i], /*non_blocking=*/true);
  }
  recording.graph->launch();
  return recording.values.clone(); // the next part writes there again
}

} // namespace radforge
