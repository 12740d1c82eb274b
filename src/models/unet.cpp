#include "radforge/models/unet.hpp"

#include "run_block.hpp"
#include "unet_blocks.hpp"

#include "radforge/core/error.hpp"
#include "radforge/nn/channels_last.hpp"

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/cos.h>
#include <ATen/ops/exp.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/sin.h>

#include <cmath>

namespace radforge {

namespace {

void check(const UNetConfig& config) {
  const std::size_t levels = config.block_out_channels.size();
  if (config.down_block_types.size() != levels || config.up_block_types.size() != levels ||
      config.num_attention_heads.size() != levels) {
    throw ConfigError("unet: block_out_channels, down_block_types, up_block_types and num_attention_heads differ in length. Give "
                      "one entry a level");
  }
}

bool has_attention(const std::string& type, const char* plain, const char* with_attention) {
  if (type != plain && type != with_attention) {
    throw ConfigError("unet: block type '{}' is not known (there are {} and {})", type, plain, with_attention);
  }
  return type == with_attention;
}

SpatialTransformerShape transformer_shape(const UNetConfig& config, std::size_t level) {
  return {config.block_out_channels[level],
          config.cross_attention_dim,
          config.num_attention_heads[level],
          config.norm_num_groups,
          config.use_linear_projection ? Projection::linear : Projection::convolution,
          config.upcast_attention ? Scores::fp32 : Scores::as_weights};
}

// Sine and cosine of the timestep at `width` / 2 frequencies from 1 to 1/10000 (Ho et al. 2020, flip_sin_to_cos).
at::Tensor timestep_features(const at::Tensor& timesteps, std::int64_t width) {
  const std::int64_t half = width / 2;
  const at::TensorOptions options = timesteps.options().dtype(at::kFloat);
  const at::Tensor frequencies = at::exp(at::arange(half, options).mul(-std::log(10000.0) / static_cast<double>(half)));
  const at::Tensor angles = timesteps.to(at::kFloat).unsqueeze(1).mul(frequencies.unsqueeze(0));
  return at::cat({at::cos(angles), at::sin(angles)}, 1);
}

} // namespace

struct UNet::Blocks {
  Blocks(const UNetConfig& config, const ParameterScope& scope, Activations activations);

  Activations activations;
  std::int64_t time_features;
  Conv2d conv_in;
  Linear time_linear1;
  Linear time_linear2;
  std::deque<DownBlock> down;
  std::deque<UpBlock> up;
  std::optional<ResnetBlock> mid_first;
  std::optional<SpatialTransformer> mid_attention;
  std::optional<ResnetBlock> mid_last;
  GroupNorm norm_out;
  Conv2d conv_out;
};

UNet::Blocks::Blocks(const UNetConfig& config, const ParameterScope& scope, Activations activations_in)
    : activations(activations_in), time_features(config.block_out_channels.front()),
      conv_in(scope / "conv_in", config.in_channels, config.block_out_channels.front()),
      time_linear1(scope / "time_embedding" / "linear_1", time_features, 4 * time_features),
      time_linear2(scope / "time_embedding" / "linear_2", 4 * time_features, 4 * time_features),
      norm_out(scope / "conv_norm_out", config.norm_num_groups, config.block_out_channels.front(), 1e-5),
      conv_out(scope / "conv_out", config.block_out_channels.front(), config.out_channels) {
  const std::vector<std::int64_t>& channels = config.block_out_channels;
  const std::size_t levels = channels.size();
  ResnetShape resnet{0, 0, config.norm_num_groups, 1e-5, 4 * time_features};

  for (std::size_t i = 0; i < levels; ++i) {
    resnet.out = channels[i];
    std::vector<std::int64_t> in(static_cast<std::size_t>(config.layers_per_block), channels[i]);
    in.front() = i == 0 ? channels[0] : channels[i - 1];
    std::optional<SpatialTransformerShape> transformer;
    if (has_attention(config.down_block_types[i], "DownBlock2D", "CrossAttnDownBlock2D")) {
      transformer = transformer_shape(config, i);
    }
    DownBlock& block = down.emplace_back(scope / "down_blocks" / i, in, resnet, transformer);
    block.stack.activations = activations;
    if (i + 1 < levels) {
      block.add_downsampler(scope / "down_blocks" / i, channels[i]);
    }
  }

  resnet.in = resnet.out = channels.back();
  mid_first.emplace(scope / "mid_block" / "resnets" / 0, resnet);
  mid_attention.emplace(scope / "mid_block" / "attentions" / 0, transformer_shape(config, levels - 1));
  mid_last.emplace(scope / "mid_block" / "resnets" / 1, resnet);

  for (std::size_t i = 0; i < levels; ++i) {
    const std::size_t level = levels - 1 - i;
    // Each residual block takes what comes up and one map of the way down; the last of a level gets the map that entered the
    // level there.
    const std::int64_t from_below = i == 0 ? channels.back() : channels[level + 1];
    const std::int64_t last_skip = level == 0 ? channels[0] : channels[level - 1];
    std::vector<std::int64_t> in(static_cast<std::size_t>(config.layers_per_block) + 1, 2 * channels[level]);
    in.front() = from_below + (in.size() == 1 ? last_skip : channels[level]);
    in.back() = (in.size() == 1 ? from_below : channels[level]) + last_skip;
    std::optional<SpatialTransformerShape> transformer;
    if (has_attention(config.up_block_types[i], "UpBlock2D", "CrossAttnUpBlock2D")) {
      transformer = transformer_shape(config, level);
    }
    resnet.out = channels[level];
    UpBlock& block = up.emplace_back(scope / "up_blocks" / i, in, resnet, transformer);
    block.stack.activations = activations;
    if (i + 1 < levels) {
      block.add_upsampler(scope / "up_blocks" / i, channels[level]);
    }
  }
}

UNet::UNet(const UNetConfig& config, const ParameterScope& scope, Activations activations) {
  check(config);
  blocks_ = std::make_unique<Blocks>(config, scope, activations);
}

UNet::~UNet() = default;

at::Tensor UNet::as_weights(const at::Tensor& input) const { return input.to(blocks_->conv_in.weight.options()); }

at::Tensor UNet::forward(const at::Tensor& x, const at::Tensor& timesteps, const at::Tensor& text_states) const {
  return denoise(x, timesteps, {as_weights(text_states)});
}

at::Tensor UNet::forward(const at::Tensor& x, const at::Tensor& timesteps, const at::Tensor& text_states,
                         TextMemory& memory) const {
  return denoise(x, timesteps, {as_weights(text_states), &memory});
}

std::function<at::Tensor(const at::Tensor&, const at::Tensor&)> UNet::of_texts(const at::Tensor& text_states) const {
  const at::Tensor states = as_weights(text_states);
  const auto memory = std::make_shared<TextMemory>();
  return
      [this, states, memory](const at::Tensor& x, const at::Tensor& timesteps) { return forward(x, timesteps, states, *memory); };
}

at::Tensor UNet::denoise(const at::Tensor& x, const at::Tensor& timesteps, const TextContext& context) const {
  const Blocks& b = *blocks_;
  const at::Tensor features = as_weights(timestep_features(timesteps.to(b.conv_in.weight.device()), b.time_features));
  const at::Tensor embedding = b.time_linear2(at::silu(b.time_linear1(features)));
  // Every residual block begins with the SiLU of the embedding: done once.
  const at::Tensor time = at::silu(embedding);

  at::Tensor h = b.conv_in(channels_last(as_weights(x)));
  Skips skips{h};
  for (const DownBlock& block : b.down) {
    h = block(h, time, context, skips);
  }
  h = run_block(b.activations, *b.mid_first, h, time);
  h = run_attention(b.activations, *b.mid_attention, h, context);
  h = run_block(b.activations, *b.mid_last, h, time);
  for (const UpBlock& block : b.up) {
    h = block(h, time, context, skips);
  }
  return b.conv_out(b.norm_out(h, NormActivation::silu)).to(x.scalar_type()).contiguous();
}

} // namespace radforge
