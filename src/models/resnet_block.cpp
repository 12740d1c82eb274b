#include "resnet_block.hpp"

#include <ATen/ops/upsample_nearest2d.h>

namespace radforge {

ResnetBlock::ResnetBlock(const ParameterScope& scope, const ResnetShape& shape)
    : norm1(scope / "norm1", shape.groups, shape.in, shape.epsilon), conv1(scope / "conv1", shape.in, shape.out),
      norm2(scope / "norm2", shape.groups, shape.out, shape.epsilon), conv2(scope / "conv2", shape.out, shape.out) {
  if (shape.time_width > 0) {
    time_emb_proj.emplace(scope / "time_emb_proj", shape.time_width, shape.out);
  }
  if (shape.in != shape.out) {
    conv_shortcut.emplace(scope / "conv_shortcut", shape.in, shape.out, ConvShape{1, 1, 0});
  }
}

at::Tensor ResnetBlock::operator()(const at::Tensor& x, const at::Tensor& time) const {
  const at::Tensor shift = time_emb_proj ? (*time_emb_proj)(time) : at::Tensor();
  const at::Tensor h = conv2(norm2(conv1(norm1(x, NormActivation::silu)), NormActivation::silu, shift));
  return h.add(conv_shortcut ? (*conv_shortcut)(x) : x);
}

Upsample::Upsample(const ParameterScope& scope, std::int64_t channels) : conv(scope / "conv", channels, channels) {}

at::Tensor Upsample::operator()(const at::Tensor& x) const {
  return conv(at::upsample_nearest2d(x, {2 * x.size(2), 2 * x.size(3)}));
}

} // namespace radforge
