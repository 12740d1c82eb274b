#include "unet_blocks.hpp"

#include "run_block.hpp"

#include <ATen/ops/cat.h>

namespace radforge {

at::Tensor run_attention(Activations activations, const SpatialTransformer& attention, const at::Tensor& x,
                         const TextContext& context) {
  return context.memory != nullptr ? attention(x, context.states, context.memory)
                                   : run_block(activations, attention, x, context.states);
}

ResnetStack::ResnetStack(const ParameterScope& scope, const std::vector<std::int64_t>& in, const ResnetShape& resnet,
                         const std::optional<SpatialTransformerShape>& transformer) {
  ResnetShape shape = resnet;
  for (std::size_t j = 0; j < in.size(); ++j) {
    shape.in = in[j];
    resnets.emplace_back(scope / "resnets" / j, shape);
    if (transformer) {
      attentions.emplace_back(scope / "attentions" / j, *transformer);
    }
  }
}

at::Tensor ResnetStack::apply(std::size_t index, const at::Tensor& x, const at::Tensor& time, const TextContext& context) const {
  const at::Tensor h = run_block(activations, resnets[index], x, time);
  return attentions.empty() ? h : run_attention(activations, attentions[index], h, context);
}

DownBlock::DownBlock(const ParameterScope& scope, const std::vector<std::int64_t>& in, const ResnetShape& resnet,
                     const std::optional<SpatialTransformerShape>& transformer)
    : stack(scope, in, resnet, transformer) {}

void DownBlock::add_downsampler(const ParameterScope& scope, std::int64_t channels) {
  downsampler.emplace(scope / "downsamplers" / 0 / "conv", channels, channels, ConvShape{3, 2, 1});
}

at::Tensor DownBlock::operator()(at::Tensor x, const at::Tensor& time, const TextContext& context, Skips& skips) const {
  for (std::size_t j = 0; j < stack.resnets.size(); ++j) {
    x = stack.apply(j, x, time, context);
    skips.push_back(x);
  }
  if (downsampler) {
    x = (*downsampler)(x);
    skips.push_back(x);
  }
  return x;
}

UpBlock::UpBlock(const ParameterScope& scope, const std::vector<std::int64_t>& in, const ResnetShape& resnet,
                 const std::optional<SpatialTransformerShape>& transformer)
    : stack(scope, in, resnet, transformer) {}

void UpBlock::add_upsampler(const ParameterScope& scope, std::int64_t channels) {
  upsampler.emplace(scope / "upsamplers" / 0, channels);
}

at::Tensor UpBlock::operator()(at::Tensor x, const at::Tensor& time, const TextContext& context, Skips& skips) const {
  for (std::size_t j = 0; j < stack.resnets.size(); ++j) {
    x = stack.apply(j, at::cat({x, skips.back()}, 1), time, context);
    skips.pop_back();
  }
  return upsampler ? (*upsampler)(x) : x;
}

} // namespace radforge
