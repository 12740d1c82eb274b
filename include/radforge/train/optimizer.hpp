#pragma once

#include "radforge/config/train_config.hpp"
#include "radforge/nn/adamw.hpp"
#include "radforge/nn/parameter_set.hpp"
#include "radforge/nn/share.hpp"
#include "radforge/train/task.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace radforge {

/// AdamW (Loshchilov and Hutter 2019) and the moving average of the weights over a range of the flat buffer: all of it, or a
/// rank's share (ZeRO stage 1, Rajbhandari et al. 2020). The values do not depend on how the buffer is shared out.
class Optimizer {
 public:
  /// Moments are zero, the average is the weights. Parameters outside every group stay as they are; none is in two. The
  /// parameters outlive the optimizer.
  Optimizer(const OptimizerConfig& config, double ema_decay, ParameterSet& parameters, std::vector<ParameterGroup> groups,
            FlatRange range);

  /// The update of step `step` (from 1) with `gradient_factor` times the flat gradient. Early on the average's decay is
  /// (1 + step) / (10 + step), so that the initial weights fade. The layers' copy of the range in half precision follows.
  void step(std::int64_t step, double learning_rate, double gradient_factor);

  /// Of the average at step `step` (from 1).
  double average_decay(std::int64_t step) const;

  const FlatRange& range() const { return range_; }
  /// Of `range().count` elements.
  at::Tensor& first_moment() { return first_moment_; }
  at::Tensor& second_moment() { return second_moment_; }
  at::Tensor& average() { return average_; }

 private:
  AdamWSlices slices(const FlatRange& part) const;

  OptimizerConfig config_;
  double ema_decay_;
  ParameterSet& parameters_;
  std::vector<ParameterGroup> groups_;
  FlatRange range_;
  at::Tensor first_moment_;
  at::Tensor second_moment_;
  at::Tensor average_;
};

} // namespace radforge
