#pragma once

#include "radforge/nn/layers.hpp"

#include <optional>

namespace radforge {

/// What a residual block is made of. `time_width` 0: no time embedding (autoencoder).
struct ResnetShape {
  std::int64_t in = 0;
  std::int64_t out = 0;
  std::int64_t groups = 32;
  double epsilon = 1e-5;
  std::int64_t time_width = 0;
};

/// Two norm-SiLU-conv halves beside a shortcut; the time embedding is added between them (ResnetBlock2D of diffusers).
struct ResnetBlock : Layer {
  ResnetBlock(const ParameterScope& scope, const ResnetShape& shape);
  /// `time`: N x time_width after SiLU; undefined without a time embedding.
  at::Tensor operator()(const at::Tensor& x, const at::Tensor& time = {}) const;

  GroupNorm norm1;
  Conv2d conv1;
  std::optional<Linear> time_emb_proj;
  GroupNorm norm2;
  Conv2d conv2;
  std::optional<Conv2d> conv_shortcut;
};

/// Twice the size by nearest neighbour, then a convolution (Upsample2D of diffusers).
struct Upsample : Layer {
  Upsample(const ParameterScope& scope, std::int64_t channels);
  at::Tensor operator()(const at::Tensor& x) const;

  Conv2d conv;
};

} // namespace radforge
