#pragma once

#include "radforge/nn/norm_activation.hpp"
#include "radforge/nn/packed_kernel.hpp"
#include "radforge/nn/parameter_set.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace radforge {

/// Layers are plain structs: named parameters and a call operator. They register views of the flat buffer, so they stay where
/// they were constructed. Initial values are those of the PyTorch layer of the same name.
struct Layer {
  Layer() = default;
  Layer(const Layer&) = delete;
  Layer& operator=(const Layer&) = delete;
};

enum class Bias { none, learned };

/// y = x W' + b on the last dimension.
struct Linear : Layer {
  Linear(const ParameterScope& scope, std::int64_t in, std::int64_t out, Bias bias = Bias::learned);
  at::Tensor operator()(const at::Tensor& x) const;
  /// x W', where what follows adds the bias.
  at::Tensor without_bias(const at::Tensor& x) const;

  at::Tensor weight; ///< out x in
  at::Tensor bias;   ///< out
};

struct ConvShape {
  std::int64_t kernel = 3;
  std::int64_t stride = 1;
  std::int64_t padding = 1;
};

/// N x C x H x W.
struct Conv2d : Layer {
  Conv2d(const ParameterScope& scope, std::int64_t in, std::int64_t out, ConvShape shape = {});
  /// Without bias, as before a norm, and with initial weights of the model's choice.
  Conv2d(const ParameterScope& scope, std::int64_t in, std::int64_t out, ConvShape shape, Init init);
  at::Tensor operator()(const at::Tensor& x) const;
  /// max(0, y), and max(0, other + y): one pass over memory where no gradient is asked for.
  at::Tensor rectified(const at::Tensor& x) const;
  at::Tensor rectified_onto(const at::Tensor& other, const at::Tensor& x) const;

  at::Tensor weight; ///< out x in x kernel x kernel
  at::Tensor bias;   ///< out, or undefined
  ConvShape shape;
  PackedKernel packed; ///< of frozen weights

 private:
  bool is_winograd(const at::Tensor& x) const;
};

/// Over groups of channels of N x C x H x W, with what group_norm() takes in beside: an activation, and a shift N x C before.
struct GroupNorm : Layer {
  GroupNorm(const ParameterScope& scope, std::int64_t groups, std::int64_t channels, double epsilon);
  at::Tensor operator()(const at::Tensor& x, NormActivation activation = NormActivation::none,
                        const at::Tensor& shift = {}) const;

  at::Tensor weight;
  at::Tensor bias;
  std::int64_t groups;
  double epsilon;
};

/// Over the last dimension.
struct LayerNorm : Layer {
  LayerNorm(const ParameterScope& scope, std::int64_t width, double epsilon = 1e-5);
  at::Tensor operator()(const at::Tensor& x) const;

  at::Tensor weight;
  at::Tensor bias;
  double epsilon;
};

/// Rows of a table by number.
struct Embedding : Layer {
  Embedding(const ParameterScope& scope, std::int64_t count, std::int64_t width, Init init = Init::normal(0.02));
  at::Tensor operator()(const at::Tensor& ids) const;

  at::Tensor weight; ///< count x width
};

} // namespace radforge
