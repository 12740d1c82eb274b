#pragma once

#include "radforge/comm/communicator.hpp"
#include "radforge/nn/parameter_set.hpp"

#include <ATen/core/Tensor.h>

#include <cstddef>

namespace radforge {

/// State that layers move as they compute (running statistics of batch norms), as all ranks hold it alike: each part of a step
/// starts from the state before the step, and the step moves it by the mean of what its parts would, each by its share of the
/// images. So the state depends on the parts that the global batch is cut into, and not on who computed them. Nothing happens for
/// a model without such state.
class RunningState {
 public:
  /// `num_slots`: parts whose moves are told apart, and added up in the order of slots. The references outlive the object.
  RunningState(ParameterSet& parameters, Communicator& ranks, std::size_t num_slots);

  void begin_step();
  void begin_part();
  /// `share` of the global batch's images are in the part.
  void end_part(std::size_t slot, double share);
  /// Collective. The state is that before the step, moved by `rate` times what the norms moved it on their own, at most as far.
  void finish(double rate);
  /// Instead of finish(), for a step that is skipped: the state before it. No collective.
  void restore();

 private:
  ParameterSet& parameters_;
  Communicator& ranks_;
  at::Tensor before_; ///< undefined for a model without such state
  at::Tensor moves_;  ///< a row each slot
};

} // namespace radforge
