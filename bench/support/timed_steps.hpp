#pragma once

#include "radforge/comm/communicator.hpp"
#include "radforge/data/loader.hpp"
#include "radforge/train/task.hpp"

#include <ATen/core/Tensor.h>
#include <nlohmann/json.hpp>

namespace radforge {

/// Takes the Trainer's own steps on one batch, again and again: forward, backward, norm, clipping, AdamW and, with a decay, the
/// average of the weights. `slice` is this rank's, of one size on all. `images` (of all ranks) and `seconds` without the steps
/// that warm up; `losses` and `gradient_norms` of all. Collective.
nlohmann::json timed_steps(Communicator& ranks, Task& task, const Batch& slice, int steps, const at::Device& device,
                           double ema_decay);

} // namespace radforge
