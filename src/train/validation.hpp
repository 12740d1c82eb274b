#pragma once

#include "radforge/comm/communicator.hpp"
#include "radforge/data/mixture.hpp"
#include "radforge/run/metric_log.hpp"
#include "radforge/train/task.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

namespace radforge {

/// What the task says of the samples `ids` with the flat buffer `weights`: `validation_loss`, the mean of their losses, and what
/// the task makes of its sums and outputs. The same bits on any number of ranks. Collective.
std::vector<Metric> validate(Task& task, const Mixture& data, std::span<const std::int64_t> ids, const at::Tensor& weights,
                             Communicator& ranks);

} // namespace radforge
