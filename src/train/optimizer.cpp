#include "radforge/train/optimizer.hpp"

#include "radforge/core/error.hpp"

#include <ATen/ops/zeros.h>

#include <algorithm>
#include <utility>

namespace radforge {

Optimizer::Optimizer(const OptimizerConfig& config, double ema_decay, ParameterSet& parameters,
                     std::vector<ParameterGroup> groups, FlatRange range)
    : config_(config), ema_decay_(ema_decay), parameters_(parameters), groups_(std::move(groups)), range_(range),
      first_moment_(at::zeros({range.count}, parameters.flat().options())),
      second_moment_(at::zeros({range.count}, parameters.flat().options())),
      average_(parameters.flat().narrow(0, range.first, range.count).clone()) {
  std::ranges::sort(groups_, {}, [](const ParameterGroup& group) { return group.range.first; });
  for (std::size_t i = 1; i < groups_.size(); ++i) {
    require(groups_[i - 1].range.end() <= groups_[i].range.first, "no parameter is in two groups");
  }
}

double Optimizer::average_decay(std::int64_t step) const {
  const auto count = static_cast<double>(step);
  return std::min(ema_decay_, (1 + count) / (10 + count));
}

void Optimizer::step(std::int64_t step, double learning_rate, double gradient_factor) {
  AdamWStep numbers{.beta1 = config_.beta1,
                    .beta2 = config_.beta2,
                    .weight_decay = config_.weight_decay,
                    .epsilon = config_.epsilon,
                    .gradient_factor = gradient_factor,
                    .average_decay = average_decay(step),
                    .count = static_cast<double>(step)};
  // What lies before, between and behind the groups that learn is averaged alone.
  std::int64_t done = range_.first;
  for (const ParameterGroup& group : groups_) {
    const FlatRange part = overlap(group.range, range_);
    if (part.count == 0 || !group.learns_in(step - 1)) {
      continue;
    }
    average_step(numbers, slices({done, part.first - done}));
    numbers.learning_rate = learning_rate * group.learning_rate_scale;
    adamw_step(numbers, slices(part));
    done = part.end();
  }
  average_step(numbers, slices({done, range_.end() - done}));
}

AdamWSlices Optimizer::slices(const FlatRange& part) const {
  const auto of_flat = [&](const at::Tensor& flat) { return flat.narrow(0, part.first, part.count); };
  const auto of_state = [&](const at::Tensor& state) { return state.narrow(0, part.first - range_.first, part.count); };
  const at::Tensor& working = parameters_.flat_working();
  return {of_flat(parameters_.flat()), of_flat(parameters_.flat_gradient()),
          of_state(first_moment_),     of_state(second_moment_),
          of_state(average_),          working.is_same(parameters_.flat()) ? at::Tensor() : of_flat(working)};
}

} // namespace radforge
