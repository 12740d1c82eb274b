#include "radforge/models/patch_discriminator.hpp"

#include "radforge/nn/layers.hpp"

#include <ATen/ops/conv2d.h>
#include <ATen/ops/group_norm.h>
#include <ATen/ops/leaky_relu.h>

#include <deque>

namespace radforge {

namespace {
constexpr std::int64_t num_groups = 8;
constexpr double epsilon = 1e-5;
constexpr double negative_slope = 0.2;
} // namespace

struct PatchDiscriminator::Blocks {
  Blocks(const Shape& shape, const ParameterScope& scope) {
    std::int64_t in = shape.in_channels;
    std::int64_t out = shape.channels;
    for (std::int64_t i = 0; i < shape.num_layers; ++i) {
      const auto index = static_cast<std::size_t>(i);
      convs.emplace_back(scope / "convs" / index, in, out, ConvShape{4, 2, 1});
      norms.emplace_back(scope / "norms" / index, num_groups, out, epsilon);
      in = out;
      out *= 2;
    }
    convs.emplace_back(scope / "conv_out", in, 1, ConvShape{3, 1, 1});
  }

  std::deque<Conv2d> convs;
  std::deque<GroupNorm> norms;
};

PatchDiscriminator::PatchDiscriminator(const Shape& shape, const ParameterScope& scope)
    : blocks_(std::make_unique<Blocks>(shape, scope)) {}

PatchDiscriminator::~PatchDiscriminator() = default;

at::Tensor PatchDiscriminator::forward(const at::Tensor& images, Weights weights) const {
  const auto held = [&](const at::Tensor& weight) { return weights == Weights::learn ? weight : weight.detach(); };
  at::Tensor x = images.to(blocks_->convs.front().weight.scalar_type());
  for (std::size_t i = 0; i < blocks_->convs.size(); ++i) {
    const Conv2d& conv = blocks_->convs[i];
    x = at::conv2d(x, held(conv.weight), held(conv.bias), {conv.shape.stride, conv.shape.stride},
                   {conv.shape.padding, conv.shape.padding});
    if (i < blocks_->norms.size()) {
      const GroupNorm& norm = blocks_->norms[i];
      x = at::leaky_relu(at::group_norm(x, norm.groups, held(norm.weight), held(norm.bias), norm.epsilon), negative_slope);
    }
  }
  return x.to(images.scalar_type());
}

} // namespace radforge
