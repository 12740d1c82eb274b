#include "radforge/nn/batch_norm.hpp"

#include "radforge/core/error.hpp"

#include <ATen/ops/batch_norm.h>

namespace radforge {

BatchNorm2d::BatchNorm2d(const ParameterScope& scope, std::int64_t channels, double eps) : epsilon(eps) {
  scope.add("weight", {channels}, Init::constant(1), weight);
  scope.add("bias", {channels}, Init::constant(0), bias);
  scope.add_buffer("running_mean", {channels}, Init::constant(0), running_mean);
  scope.add_buffer("running_var", {channels}, Init::constant(1), running_var);
  scope.ignore("num_batches_tracked"); // PyTorch's count of steps, which only a momentum of another kind reads
}

at::Tensor BatchNorm2d::operator()(const at::Tensor& x, ForwardMode mode) const {
  const bool train = mode == ForwardMode::train;
  if (train && x.numel() == x.size(1)) {
    throw ConfigError("batch normalisation got one value a channel in training (its variance would be 0 / 0). Use a larger batch "
                      "or larger images");
  }
  return at::batch_norm(x, weight, bias, running_mean, running_var, train, momentum, epsilon, false);
}

} // namespace radforge
