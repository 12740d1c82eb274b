#pragma once

#include "resnet_block.hpp"
#include "transformer.hpp"

#include "radforge/nn/activation_checkpoint.hpp"

#include <deque>
#include <optional>
#include <vector>

namespace radforge {

/// The feature maps of the way down, which the way up takes back in reverse order.
using Skips = std::vector<at::Tensor>;

/// States of the texts that the image is to show, and where sampling keeps what it has made of them.
struct TextContext {
  at::Tensor states;
  TextMemory* memory = nullptr;
};

at::Tensor run_attention(Activations activations, const SpatialTransformer& attention, const at::Tensor& x,
                         const TextContext& context);

/// Residual blocks, each followed by a transformer where `transformer` is given.
struct ResnetStack : Layer {
  /// `in[j]` is the number of input channels of residual block j.
  ResnetStack(const ParameterScope& scope, const std::vector<std::int64_t>& in, const ResnetShape& resnet,
              const std::optional<SpatialTransformerShape>& transformer);
  at::Tensor apply(std::size_t index, const at::Tensor& x, const at::Tensor& time, const TextContext& context) const;

  std::deque<ResnetBlock> resnets;
  std::deque<SpatialTransformer> attentions;
  Activations activations = Activations::kept;
};

/// DownBlock2D and CrossAttnDownBlock2D of diffusers.
struct DownBlock : Layer {
  DownBlock(const ParameterScope& scope, const std::vector<std::int64_t>& in, const ResnetShape& resnet,
            const std::optional<SpatialTransformerShape>& transformer);
  void add_downsampler(const ParameterScope& scope, std::int64_t channels);
  /// Appends every feature map to `skips`.
  at::Tensor operator()(at::Tensor x, const at::Tensor& time, const TextContext& context, Skips& skips) const;

  ResnetStack stack;
  std::optional<Conv2d> downsampler;
};

/// UpBlock2D and CrossAttnUpBlock2D of diffusers.
struct UpBlock : Layer {
  UpBlock(const ParameterScope& scope, const std::vector<std::int64_t>& in, const ResnetShape& resnet,
          const std::optional<SpatialTransformerShape>& transformer);
  void add_upsampler(const ParameterScope& scope, std::int64_t channels);
  /// Takes its share of `skips` from the end.
  at::Tensor operator()(at::Tensor x, const at::Tensor& time, const TextContext& context, Skips& skips) const;

  ResnetStack stack;
  std::optional<Upsample> upsampler;
};

} // namespace radforge
