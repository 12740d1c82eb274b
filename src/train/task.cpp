#include "radforge/train/task.hpp"

#include <c10/core/GradMode.h>

namespace radforge {

Activations activations_of(const LoopConfig& loop) {
  return loop.activation_checkpointing ? Activations::computed_again : Activations::kept;
}

std::vector<ParameterGroup> Task::groups() { return {{.range = {0, parameters().flat().numel()}}}; }

at::Tensor Task::accumulate(const StepInputs& inputs, std::int64_t step, std::int64_t global_batch_size) {
  const StepLoss of_part = loss(inputs, Purpose::training, step);
  of_part.total.div(static_cast<double>(global_batch_size)).backward();
  return of_part.values;
}

PartLoss Task::accumulate(const Batch& batch, std::int64_t global_batch_size) {
  const at::Tensor values = accumulate(inputs(batch, Purpose::training), batch.step, global_batch_size);
  return report(batch, Purpose::training, values.to(at::kCPU));
}

PartLoss Task::validate(const Batch& batch) {
  const c10::NoGradGuard no_grad;
  const StepLoss of_batch = loss(inputs(batch, Purpose::validation), Purpose::validation, batch.step);
  return report(batch, Purpose::validation, of_batch.values.to(at::kCPU));
}

} // namespace radforge
