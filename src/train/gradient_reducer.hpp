#pragma once

#include "radforge/comm/communicator.hpp"
#include "radforge/config/train_config.hpp"
#include "radforge/nn/parameter_set.hpp"

#include <cstddef>
#include <memory>

namespace radforge {

/// Adds up the flat gradient of one step over a rank's parts and over all ranks. Calls of a step, on every rank:
/// begin_step, then begin_part and end_part around the backward pass of each part, then finish.
class GradientReducer {
 public:
  enum class Part { more_follow, last };

  virtual ~GradientReducer() = default;
  virtual void begin_step() = 0;
  virtual void begin_part(Part part) = 0;
  virtual void end_part() = 0;
  /// The flat gradient is the sum over all parts of all ranks, the same bits on each.
  virtual void finish() = 0;
  /// Seconds that finish() has waited so far.
  virtual double wait_s() const = 0;
};

/// The reducer of `config.reduction`. The references outlive it.
std::unique_ptr<GradientReducer> make_gradient_reducer(const LoopConfig& config, ParameterSet& parameters, Communicator& ranks);

} // namespace radforge
