#pragma once

#include "radforge/config/train_config.hpp"

#include <ATen/core/Tensor.h>

namespace radforge {

/// AdamW (Loshchilov and Hutter 2019) as one pass over a flat buffer.
class AdamW {
 public:
  /// State for a buffer like `flat`, zero.
  AdamW(const OptimizerConfig& config, const at::Tensor& flat);

  /// One update of `flat`, the `step`-th from 1.
  void step(at::Tensor& flat, const at::Tensor& gradient, double learning_rate, std::int64_t step);

  at::Tensor& first_moment() { return first_moment_; }
  at::Tensor& second_moment() { return second_moment_; }

 private:
  OptimizerConfig config_;
  at::Tensor first_moment_;
  at::Tensor second_moment_;
};

} // namespace radforge
