#include "radforge/nn/layers.hpp"

#include "radforge/nn/group_norm.hpp"
#include "radforge/nn/winograd.hpp"

#include <ATen/ops/conv2d.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/relu.h>
#include <c10/core/GradMode.h>

#include <array>
#include <cmath>
#include <limits>

namespace radforge {

namespace {

// torch.nn's default: He initialisation with a = sqrt(5), which is uniform within 1 / sqrt(fan_in).
Init fan_in_uniform(std::int64_t fan_in) { return Init::uniform(1.0 / std::sqrt(static_cast<double>(fan_in))); }

} // namespace

Linear::Linear(const ParameterScope& scope, std::int64_t in, std::int64_t out, Bias with_bias) {
  scope.add("weight", {out, in}, fan_in_uniform(in), weight);
  if (with_bias == Bias::learned) {
    scope.add("bias", {out}, fan_in_uniform(in), bias);
  }
}

at::Tensor Linear::operator()(const at::Tensor& x) const { return at::linear(x, weight, bias); }

at::Tensor Linear::without_bias(const at::Tensor& x) const { return at::linear(x, weight); }

Conv2d::Conv2d(const ParameterScope& scope, std::int64_t in, std::int64_t out, ConvShape conv_shape)
    : shape(conv_shape), packed(scope.parameters()) {
  const Init init = fan_in_uniform(in * shape.kernel * shape.kernel);
  scope.add("weight", {out, in, shape.kernel, shape.kernel}, init, weight);
  scope.add("bias", {out}, init, bias);
}

Conv2d::Conv2d(const ParameterScope& scope, std::int64_t in, std::int64_t out, ConvShape conv_shape, Init init)
    : shape(conv_shape), packed(scope.parameters()) {
  scope.add("weight", {out, in, shape.kernel, shape.kernel}, init, weight);
}

bool Conv2d::is_winograd(const at::Tensor& x) const {
  return shape.kernel == 3 && shape.stride == 1 && shape.padding == 1 && winograd_serves(x, weight);
}

at::Tensor Conv2d::operator()(const at::Tensor& x) const {
  if (is_winograd(x)) {
    return winograd_conv2d(x, weight, bias);
  }
  if (packed.serves(x, weight)) {
    return packed_conv2d(x, packed.of(weight, x, shape), bias, shape, false);
  }
  constexpr std::int64_t most_lanes = 16; // of fp32 in a vector
  if (shape.kernel == 1 && shape.padding == 0 && shape.stride > 1 && x.size(1) < most_lanes) {
    // The pixels it reads, taken first: oneDNN up to 3.12 writes beyond its memory in the gradient of a 1x1 convolution with a
    // stride when there are fewer input channels than lanes in a vector (uxlfoundation/oneDNN issue 6035).
    constexpr std::int64_t end = std::numeric_limits<std::int64_t>::max();
    return at::conv2d(x.slice(2, 0, end, shape.stride).slice(3, 0, end, shape.stride), weight, bias);
  }
  const std::array stride{shape.stride, shape.stride};
  const std::array padding{shape.padding, shape.padding};
  return at::conv2d(x, weight, bias, stride, padding);
}

at::Tensor Conv2d::rectified(const at::Tensor& x) const {
  if (is_winograd(x) && !c10::GradMode::is_enabled()) {
    return winograd_conv2d_rectified(x, weight, bias);
  }
  return packed.serves(x, weight) ? packed_conv2d(x, packed.of(weight, x, shape), bias, shape, true) : at::relu((*this)(x));
}

at::Tensor Conv2d::rectified_onto(const at::Tensor& other, const at::Tensor& x) const {
  if (is_winograd(x) && !c10::GradMode::is_enabled()) {
    return winograd_conv2d_rectified(x, weight, bias, other);
  }
  return packed.serves(x, weight) ? packed_conv2d_onto(other, x, packed.of(weight, x, shape), bias, shape)
                                  : at::relu((*this)(x).add(other));
}

GroupNorm::GroupNorm(const ParameterScope& scope, std::int64_t num_groups, std::int64_t channels, double eps)
    : groups(num_groups), epsilon(eps) {
  scope.add("weight", {channels}, Init::constant(1), weight);
  scope.add("bias", {channels}, Init::constant(0), bias);
}

at::Tensor GroupNorm::operator()(const at::Tensor& x, NormActivation activation, const at::Tensor& shift) const {
  return group_norm(x, weight, bias, {groups, epsilon, activation}, shift);
}

LayerNorm::LayerNorm(const ParameterScope& scope, std::int64_t width, double eps) : epsilon(eps) {
  scope.add("weight", {width}, Init::constant(1), weight);
  scope.add("bias", {width}, Init::constant(0), bias);
}

at::Tensor LayerNorm::operator()(const at::Tensor& x) const { return at::layer_norm(x, {x.size(-1)}, weight, bias, epsilon); }

Embedding::Embedding(const ParameterScope& scope, std::int64_t count, std::int64_t width, Init init) {
  scope.add("weight", {count, width}, init, weight);
}

at::Tensor Embedding::operator()(const at::Tensor& ids) const { return at::embedding(weight, ids); }

} // namespace radforge
