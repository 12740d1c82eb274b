#pragma once

#include "radforge/nn/layers.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace radforge {

/// What a forward pass is for, where it makes a difference.
enum class ForwardMode {
  train,    ///< norms take the statistics of the batch and move their running ones
  evaluate, ///< norms take their running statistics
};

/// Batch normalisation over N x C x H x W (Ioffe and Szegedy 2015), as PyTorch's BatchNorm2d: the variance of the batch divides
/// by the number of values, the running one is moved by a tenth towards the unbiased estimate.
struct BatchNorm2d : Layer {
  static constexpr double momentum = 0.1;

  BatchNorm2d(const ParameterScope& scope, std::int64_t channels, double epsilon = 1e-5);
  /// Errors: ConfigError (training on one value a channel, which has no variance).
  at::Tensor operator()(const at::Tensor& x, ForwardMode mode) const;

  at::Tensor weight;
  at::Tensor bias;
  at::Tensor running_mean; ///< state, not trained
  at::Tensor running_var;
  double epsilon;
  bool is_folded = false; ///< into the convolution before it, see fold()
};

/// Lets a convolution do what the norm behind it does with its running statistics, and the norm pass on what it gets: the same
/// but for rounding, a pass over memory less. For weights that change no more; training is an error from then on.
void fold(Conv2d& conv, BatchNorm2d& norm);

} // namespace radforge
