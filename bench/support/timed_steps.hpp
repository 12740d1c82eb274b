#pragma once

#include "radforge/data/loader.hpp"
#include "radforge/train/task.hpp"

#include <ATen/core/Tensor.h>
#include <nlohmann/json.hpp>

namespace radforge {

/// Takes the Trainer's own steps on one batch, again and again: forward, backward, norm, clipping, AdamW and, with a decay, the
/// average of the weights. `images` and `seconds` without the steps that warm up; `losses` and `gradient_norms` of all.
nlohmann::json timed_steps(Task& task, const Batch& batch, int steps, const at::Device& device, double ema_decay);

} // namespace radforge
