#include "radforge/models/densenet.hpp"

#include "frozen_stages.hpp"
#include "he_normal.hpp"

#include "radforge/core/error.hpp"

#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/relu.h>

#include <algorithm>
#include <deque>
#include <optional>

namespace radforge {

namespace {

/// Norm, rectifier and convolution, in this order. What a norm returns is nobody else's, so it is rectified in place.
struct NormConv : Layer {
  NormConv(const ParameterScope& scope, const std::string& number, std::int64_t in, std::int64_t out, ConvShape shape)
      : norm(scope / ("norm" + number), in), conv(scope / ("conv" + number), in, out, shape, he_normal(in, shape.kernel)) {}

  at::Tensor operator()(const at::Tensor& x, ForwardMode mode) const { return conv(rectified_norm(x, mode)); }

  at::Tensor rectified_norm(const at::Tensor& x, ForwardMode mode) const {
    at::Tensor h = norm(x, mode);
    return at::relu_(h);
  }

  BatchNorm2d norm;
  Conv2d conv;
};

/// Appends growth_rate channels to its input. One growing map is joined once a layer, and the block's output is the last of them.
struct DenseLayer : Layer {
  DenseLayer(const ParameterScope& scope, std::int64_t in, const DenseNetShape& shape)
      : squeeze(scope, "1", in, shape.bn_size * shape.growth_rate, ConvShape{1, 1, 0}),
        grow(scope, "2", shape.bn_size * shape.growth_rate, shape.growth_rate, ConvShape{3, 1, 1}) {}

  at::Tensor operator()(const at::Tensor& x, ForwardMode mode) const {
    if (grow.norm.is_folded) { // what is between the two convolutions is in the first one
      return at::cat({x, grow.conv(squeeze.conv.rectified(squeeze.rectified_norm(x, mode)))}, 1);
    }
    return at::cat({x, grow(squeeze(x, mode), mode)}, 1);
  }

  NormConv squeeze;
  NormConv grow;
};

struct DenseBlock : Layer {
  DenseBlock(const ParameterScope& scope, std::int64_t in, std::int64_t num_layers, const DenseNetShape& shape) {
    for (std::int64_t i = 0; i < num_layers; ++i) {
      layers.emplace_back(scope / ("denselayer" + std::to_string(i + 1)), in + i * shape.growth_rate, shape);
    }
  }

  at::Tensor operator()(at::Tensor x, ForwardMode mode) const {
    for (const DenseLayer& layer : layers) {
      x = layer(x, mode);
    }
    return x;
  }

  std::deque<DenseLayer> layers;
};

void check(const DenseNetShape& shape) {
  if (shape.block_config.empty() || std::ranges::any_of(shape.block_config, [](std::int64_t count) { return count < 1; })) {
    throw ConfigError(
        "densenet: block_config has no block, or a block without layers (each needs one). List at least one layer a "
        "block");
  }
}

} // namespace

struct DenseNet::Blocks {
  Blocks(const DenseNetShape& shape, const ParameterScope& scope)
      : conv0(scope / "features" / "conv0", shape.in_channels, shape.num_init_features, ConvShape{7, 2, 3},
              he_normal(shape.in_channels, 7)),
        norm0(scope / "features" / "norm0", shape.num_init_features), num_features(shape.num_init_features) {
    const ParameterScope body = scope / "features";
    for (std::size_t i = 0; i < shape.block_config.size(); ++i) {
      const std::string number = std::to_string(i + 1);
      blocks.emplace_back(body / ("denseblock" + number), num_features, shape.block_config[i], shape);
      num_features += shape.block_config[i] * shape.growth_rate;
      if (i + 1 < shape.block_config.size()) {
        transitions.emplace_back(body / ("transition" + number), "", num_features, num_features / 2, ConvShape{1, 1, 0});
        num_features /= 2;
      }
    }
    norm5.emplace(body / "norm5", num_features);
    // A linear layer whose bias starts at zero.
    const Init init = Init::uniform(1 / std::sqrt(static_cast<double>(num_features)));
    (scope / "classifier").add("weight", {shape.num_classes, num_features}, init, head_weight);
    (scope / "classifier").add("bias", {shape.num_classes}, Init::constant(0), head_bias);
  }

  Conv2d conv0;
  BatchNorm2d norm0;
  std::int64_t num_features;
  std::deque<DenseBlock> blocks;
  std::deque<NormConv> transitions;
  std::optional<BatchNorm2d> norm5;
  at::Tensor head_weight;
  at::Tensor head_bias;
};

DenseNet::DenseNet(const DenseNetShape& shape, const ParameterScope& scope) {
  check(shape);
  blocks_ = std::make_unique<Blocks>(shape, scope);
}

DenseNet::~DenseNet() = default;

std::int64_t DenseNet::num_features() const { return blocks_->num_features; }

at::Tensor DenseNet::features(const at::Tensor& images, ForwardMode mode, std::int64_t num_frozen) const {
  const Blocks& b = *blocks_;
  FrozenStages frozen(mode, num_frozen);
  at::Tensor h = b.norm0(b.conv0(images), frozen.next_mode());
  h = at::max_pool2d(at::relu_(h), {3, 3}, {2, 2}, {1, 1});
  for (std::size_t i = 0; i < b.blocks.size(); ++i) {
    const ForwardMode stage_mode = frozen.next_mode();
    h = b.blocks[i](h, stage_mode);
    h = i < b.transitions.size() ? at::avg_pool2d(b.transitions[i](h, stage_mode), {2, 2}) : (*b.norm5)(h, stage_mode);
  }
  return at::relu_(h).mean({2, 3});
}

std::vector<std::vector<std::string>> DenseNet::stages() const {
  std::vector<std::vector<std::string>> names{{"features.conv0.", "features.norm0."}};
  const std::size_t num_blocks = blocks_->blocks.size();
  for (std::size_t i = 1; i <= num_blocks; ++i) {
    const std::string number = std::to_string(i);
    names.push_back(
        {"features.denseblock" + number + ".", i < num_blocks ? "features.transition" + number + "." : "features.norm5."});
  }
  names.push_back({"classifier."});
  return names;
}

// Most norms stand behind a joined map, which other layers read too. Those behind a convolution of their own can go.
void DenseNet::fold_norms() {
  fold(blocks_->conv0, blocks_->norm0);
  for (DenseBlock& block : blocks_->blocks) {
    for (DenseLayer& layer : block.layers) {
      fold(layer.squeeze.conv, layer.grow.norm);
    }
  }
}

at::Tensor DenseNet::head(const at::Tensor& features) const {
  return at::linear(features, blocks_->head_weight, blocks_->head_bias);
}

} // namespace radforge
