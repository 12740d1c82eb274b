#include "radforge/train/task.hpp"

namespace radforge {

Activations activations_of(const LoopConfig& loop) {
  return loop.activation_checkpointing ? Activations::computed_again : Activations::kept;
}

std::vector<ParameterGroup> Task::groups() { return {{.range = {0, parameters().flat().numel()}}}; }

} // namespace radforge
