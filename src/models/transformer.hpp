#pragma once

#include "text_memory.hpp"

#include "radforge/nn/attention.hpp"
#include "radforge/nn/layers.hpp"

#include <variant>

namespace radforge {

/// Attention of `x` on `context` (on itself when the widths say so): query, key, value and output projections.
struct CrossAttention : Layer {
  CrossAttention(const ParameterScope& scope, std::int64_t width, std::int64_t context_width, std::int64_t num_heads,
                 Scores scores);
  /// Keys and values are taken from `memory` where it is given.
  at::Tensor operator()(const at::Tensor& x, const at::Tensor& context, TextMemory* memory = nullptr) const;

  Linear to_q;
  Linear to_k;
  Linear to_v;
  Linear to_out;
  std::int64_t heads;
  Scores scores;
};

/// Self-attention, cross-attention and a gated feed-forward part, each behind a norm and beside a shortcut (BasicTransformerBlock
/// of diffusers).
struct TransformerBlock : Layer {
  TransformerBlock(const ParameterScope& scope, std::int64_t width, std::int64_t context_width, std::int64_t heads,
                   Scores scores);
  at::Tensor operator()(at::Tensor x, const at::Tensor& context, TextMemory* memory = nullptr) const;

  LayerNorm norm1;
  CrossAttention attn1;
  LayerNorm norm2;
  CrossAttention attn2;
  LayerNorm norm3;
  Linear ff_in;
  Linear ff_out;
};

/// How the transformer's input and output projections are stored: Stable Diffusion 2 has matrices, 1.x has 1x1 convolutions.
enum class Projection { linear, convolution };

struct SpatialTransformerShape {
  std::int64_t channels = 0;
  std::int64_t context_width = 0;
  std::int64_t heads = 1;
  std::int64_t groups = 32;
  Projection projection = Projection::linear;
  Scores scores = Scores::as_weights;
};

/// A transformer block over the positions of an image (Transformer2DModel of diffusers). N x C x H x W.
struct SpatialTransformer : Layer {
  SpatialTransformer(const ParameterScope& scope, const SpatialTransformerShape& shape);
  at::Tensor operator()(const at::Tensor& x, const at::Tensor& context, TextMemory* memory = nullptr) const;

  GroupNorm norm;
  // A 1x1 convolution and a matrix are the same map; only the shape of the stored weight differs.
  std::variant<std::monostate, Linear, Conv2d> proj_in;
  TransformerBlock block;
  std::variant<std::monostate, Linear, Conv2d> proj_out;
};

} // namespace radforge
