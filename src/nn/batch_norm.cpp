#include "radforge/nn/batch_norm.hpp"

#include "radforge/core/error.hpp"
#include "radforge/nn/group_norm.hpp"

#include <ATen/ops/batch_norm.h>
#include <c10/core/GradMode.h>

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
  if (is_folded) {
    require(!train, "a norm that was folded into its convolution is not trained");
    return x;
  }
  if (train && x.numel() == x.size(1)) {
    throw ConfigError("batch normalisation got one value a channel in training (its variance would be 0 / 0). Use a larger batch "
                      "or larger images");
  }
  if (train && batch_norm_serves(x)) {
    const NormalisedBatch batch = batch_norm(x, weight, bias, epsilon);
    const c10::NoGradGuard no_grad;
    const auto count = static_cast<double>(x.numel() / x.size(1));
    running_mean.lerp_(batch.mean.to(running_mean.scalar_type()), momentum);
    running_var.lerp_(batch.variance.mul(count / (count - 1)).to(running_var.scalar_type()), momentum);
    return batch.y;
  }
  // Beside values of half precision ATen takes weights in the type of the statistics.
  const at::ScalarType type = running_mean.scalar_type();
  return at::batch_norm(x, weight.to(type), bias.to(type), running_mean, running_var, train, momentum, epsilon, false);
}

void fold(Conv2d& conv, BatchNorm2d& norm) {
  require(!conv.bias.defined() && !norm.is_folded, "a convolution without bias takes its norm in once");
  const c10::NoGradGuard no_grad;
  const at::Tensor scale = norm.weight.to(at::kFloat).mul(norm.running_var.add(norm.epsilon).rsqrt());
  conv.bias = norm.bias.to(at::kFloat).sub(norm.running_mean.mul(scale)).to(conv.weight.scalar_type());
  conv.weight = conv.weight.to(at::kFloat).mul(scale.view({-1, 1, 1, 1})).to(conv.weight.scalar_type());
  norm.is_folded = true;
}

} // namespace radforge
