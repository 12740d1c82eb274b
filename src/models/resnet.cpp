#include "radforge/models/resnet.hpp"

#include "frozen_stages.hpp"
#include "he_normal.hpp"

#include "radforge/core/error.hpp"

#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/relu.h>

#include <algorithm>
#include <deque>
#include <optional>

namespace radforge {

namespace {

/// A convolution without bias and its norm.
struct ConvNorm : Layer {
  ConvNorm(const ParameterScope& scope, const std::string& conv_name, const std::string& norm_name, std::int64_t in,
           std::int64_t out, ConvShape shape)
      : conv(scope / conv_name, in, out, shape, he_normal(out, shape.kernel)), norm(scope / norm_name, out) {}

  at::Tensor operator()(const at::Tensor& x, ForwardMode mode) const { return norm(conv(x), mode); }

  /// max(0, y). What a norm returns is nobody else's, so it is rectified and added to in place.
  at::Tensor rectified(const at::Tensor& x, ForwardMode mode) const {
    if (norm.is_folded) {
      return conv.rectified(x);
    }
    at::Tensor h = (*this)(x, mode);
    return at::relu_(h);
  }
  at::Tensor rectified_onto(const at::Tensor& other, const at::Tensor& x, ForwardMode mode) const {
    if (norm.is_folded) {
      return conv.rectified_onto(other, x);
    }
    at::Tensor h = (*this)(x, mode).add_(other);
    return at::relu_(h);
  }

  Conv2d conv;
  BatchNorm2d norm;
};

/// Two or three convolutions beside a shortcut.
struct Residual : Layer {
  Residual(const ParameterScope& scope, ResidualBlock kind, std::int64_t in, std::int64_t width, std::int64_t stride) {
    const std::int64_t out = kind == ResidualBlock::basic ? width : 4 * width;
    if (kind == ResidualBlock::basic) {
      convs.emplace_back(scope, "conv1", "bn1", in, width, ConvShape{3, stride, 1});
      convs.emplace_back(scope, "conv2", "bn2", width, out, ConvShape{3, 1, 1});
    } else {
      convs.emplace_back(scope, "conv1", "bn1", in, width, ConvShape{1, 1, 0});
      convs.emplace_back(scope, "conv2", "bn2", width, width, ConvShape{3, stride, 1});
      convs.emplace_back(scope, "conv3", "bn3", width, out, ConvShape{1, 1, 0});
    }
    if (stride != 1 || in != out) {
      downsample.emplace(scope / "downsample", "0", "1", in, out, ConvShape{1, stride, 0});
    }
  }

  at::Tensor operator()(const at::Tensor& x, ForwardMode mode) const {
    at::Tensor h = x;
    for (std::size_t i = 0; i + 1 < convs.size(); ++i) {
      h = convs[i].rectified(h, mode);
    }
    return convs.back().rectified_onto(downsample ? (*downsample)(x, mode) : x, h, mode);
  }

  std::deque<ConvNorm> convs;
  std::optional<ConvNorm> downsample;
};

void check(const ResNetShape& shape) {
  if (shape.num_blocks.empty() || std::ranges::any_of(shape.num_blocks, [](std::int64_t count) { return count < 1; })) {
    throw ConfigError(
        "resnet: num_blocks has no stage, or a stage without blocks (each needs one). List at least one block a stage");
  }
}

std::int64_t width_of(const ResNetShape& shape, std::size_t stage) { return shape.width << stage; }

std::int64_t out_of(const ResNetShape& shape, std::size_t stage) {
  return (shape.block == ResidualBlock::basic ? 1 : 4) * width_of(shape, stage);
}

} // namespace

struct ResNet::Blocks {
  Blocks(const ResNetShape& shape, const ParameterScope& scope)
      : stem(scope, "conv1", "bn1", shape.in_channels, shape.width, ConvShape{7, 2, 3}),
        num_features(out_of(shape, shape.num_blocks.size() - 1)), fc(scope / "fc", num_features, shape.num_classes) {
    std::int64_t in = shape.width;
    for (std::size_t stage = 0; stage < shape.num_blocks.size(); ++stage) {
      const ParameterScope layer = scope / ("layer" + std::to_string(stage + 1));
      stages.emplace_back();
      for (std::int64_t i = 0; i < shape.num_blocks[stage]; ++i) {
        const std::int64_t stride = stage > 0 && i == 0 ? 2 : 1;
        stages.back().emplace_back(layer / static_cast<std::size_t>(i), shape.block, in, width_of(shape, stage), stride);
        in = out_of(shape, stage);
      }
    }
  }

  ConvNorm stem;
  std::int64_t num_features;
  std::deque<std::deque<Residual>> stages;
  Linear fc;
};

ResNet::ResNet(const ResNetShape& shape, const ParameterScope& scope) {
  check(shape);
  blocks_ = std::make_unique<Blocks>(shape, scope);
}

ResNet::~ResNet() = default;

std::int64_t ResNet::num_features() const { return blocks_->num_features; }

at::Tensor ResNet::features(const at::Tensor& images, ForwardMode mode, std::int64_t num_frozen) const {
  FrozenStages frozen(mode, num_frozen);
  at::Tensor h = at::max_pool2d(blocks_->stem.rectified(images, frozen.next_mode()), {3, 3}, {2, 2}, {1, 1});
  for (const std::deque<Residual>& stage : blocks_->stages) {
    const ForwardMode stage_mode = frozen.next_mode();
    for (const Residual& residual : stage) {
      h = residual(h, stage_mode);
    }
  }
  return h.mean({2, 3});
}

std::vector<std::vector<std::string>> ResNet::stages() const {
  std::vector<std::vector<std::string>> names{{"conv1.", "bn1."}};
  for (std::size_t i = 0; i < blocks_->stages.size(); ++i) {
    names.push_back({"layer" + std::to_string(i + 1) + "."});
  }
  names.push_back({"fc."});
  return names;
}

void ResNet::fold_norms() {
  fold(blocks_->stem.conv, blocks_->stem.norm);
  for (std::deque<Residual>& stage : blocks_->stages) {
    for (Residual& residual : stage) {
      for (ConvNorm& each : residual.convs) {
        fold(each.conv, each.norm);
      }
      if (residual.downsample) {
        fold(residual.downsample->conv, residual.downsample->norm);
      }
    }
  }
}

at::Tensor ResNet::head(const at::Tensor& features) const { return blocks_->fc(features); }

} // namespace radforge
