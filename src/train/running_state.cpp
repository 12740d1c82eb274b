#include "running_state.hpp"

#include "radforge/nn/buffer.hpp"

#include <ATen/ops/zeros.h>

namespace radforge {

RunningState::RunningState(ParameterSet& parameters, Communicator& ranks, std::size_t num_slots)
    : parameters_(parameters), ranks_(ranks) {
  if (const at::Tensor& state = parameters.flat_buffers(); state.defined()) {
    before_ = state.clone();
    moves_ = at::zeros({static_cast<std::int64_t>(num_slots), state.numel()}, state.options());
  }
}

void RunningState::begin_step() {
  if (before_.defined()) {
    before_.copy_(parameters_.flat_buffers());
    moves_.zero_();
  }
}

void RunningState::begin_part() { restore(); }

void RunningState::end_part(std::size_t slot, double share) {
  if (before_.defined()) {
    moves_.select(0, static_cast<std::int64_t>(slot)).add_(parameters_.flat_buffers().sub(before_), share);
  }
}

void RunningState::finish(double rate) {
  if (!before_.defined()) {
    return;
  }
  ranks_.all_reduce(buffer_of(moves_), ReduceOp::sum);
  for (std::int64_t slot = 1; slot < moves_.size(0); ++slot) {
    moves_.select(0, 0).add_(moves_.select(0, slot));
  }
  restore();
  parameters_.flat_buffers().add_(moves_.select(0, 0), rate);
}

void RunningState::restore() {
  if (before_.defined()) {
    parameters_.flat_buffers().copy_(before_);
  }
}

} // namespace radforge
