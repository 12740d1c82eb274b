#include "radforge/train/optimizer.hpp"

#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <utility>

namespace radforge {

Optimizer::Optimizer(const OptimizerConfig& config, double ema_decay, ParameterSet& parameters,
                     std::vector<ParameterGroup> groups, FlatRange range)
    : config_(config), ema_decay_(ema_decay), parameters_(parameters), groups_(std::move(groups)), range_(range),
      first_moment_(at::zeros({range.count}, at::kFloat)), second_moment_(at::zeros({range.count}, at::kFloat)),
      average_(parameters.flat().narrow(0, range.first, range.count).clone()) {}

void Optimizer::step(std::int64_t step, double learning_rate, double gradient_factor) {
  at::Tensor& weights = parameters_.flat();
  at::Tensor& gradient = parameters_.flat_gradient();
  const auto count = static_cast<double>(step);
  for (const ParameterGroup& group : groups_) {
    const FlatRange part = overlap(group.range, range_);
    if (part.count == 0 || !group.learns_in(step - 1)) {
      continue;
    }
    const auto of_flat = [&](const at::Tensor& flat) { return flat.narrow(0, part.first, part.count); };
    const auto of_state = [&](const at::Tensor& state) { return state.narrow(0, part.first - range_.first, part.count); };
    if (gradient_factor != 1) {
      of_flat(gradient).mul_(gradient_factor);
    }
    // ATen counts steps in a tensor; it is not raised in there.
    at::Tensor counter = at::full({}, count, at::kFloat);
    at::_fused_adamw_({of_flat(weights)}, {of_flat(gradient)}, {of_state(first_moment_)}, {of_state(second_moment_)}, {},
                      {counter}, learning_rate * group.learning_rate_scale, config_.beta1, config_.beta2, config_.weight_decay,
                      config_.epsilon, /*amsgrad=*/false, /*maximize=*/false);
  }
  average_.lerp_(weights.narrow(0, range_.first, range_.count), 1 - std::min(ema_decay_, (1 + count) / (10 + count)));
}

} // namespace radforge
