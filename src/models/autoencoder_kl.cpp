#include "radforge/models/autoencoder_kl.hpp"

#include "resnet_block.hpp"
#include "run_block.hpp"

#include "radforge/nn/attention.hpp"
#include "radforge/nn/channels_last.hpp"

#include <ATen/ops/constant_pad_nd.h>

#include <deque>
#include <optional>

namespace radforge {

namespace {

constexpr double norm_epsilon = 1e-6; // the autoencoder's own, unlike the UNet's 1e-5

/// Self-attention of one head over the positions of an image (Attention of diffusers, with a residual connection).
struct SpatialAttention : Layer {
  SpatialAttention(const ParameterScope& scope, std::int64_t channels, std::int64_t groups)
      : group_norm(scope / "group_norm", groups, channels, norm_epsilon), to_q(scope / "to_q", channels, channels),
        to_k(scope / "to_k", channels, channels), to_v(scope / "to_v", channels, channels),
        to_out(scope / "to_out" / 0, channels, channels) {}

  at::Tensor operator()(const at::Tensor& x) const {
    const at::Tensor tokens = group_norm(x).flatten(2).transpose(1, 2);
    const at::Tensor mixed = to_out(attention(to_q(tokens), to_k(tokens), to_v(tokens), {}));
    return x.add(mixed.transpose(1, 2).reshape(x.sizes()));
  }

  GroupNorm group_norm;
  Linear to_q;
  Linear to_k;
  Linear to_v;
  Linear to_out;
};

/// Residual block, attention, residual block (UNetMidBlock2D of diffusers).
struct MidBlock : Layer {
  MidBlock(const ParameterScope& scope, const AutoencoderConfig& config)
      : first(scope / "resnets" / 0, shape(config)), last(scope / "resnets" / 1, shape(config)) {
    if (config.mid_block_add_attention) {
      attention.emplace(scope / "attentions" / 0, config.block_out_channels.back(), config.norm_num_groups);
    }
  }

  at::Tensor operator()(const at::Tensor& x, Activations activations) const {
    const at::Tensor h = run_block(activations, first, x);
    return run_block(activations, last, attention ? run_block(activations, *attention, h) : h);
  }

  static ResnetShape shape(const AutoencoderConfig& config) {
    return {config.block_out_channels.back(), config.block_out_channels.back(), config.norm_num_groups, norm_epsilon, 0};
  }

  ResnetBlock first;
  std::optional<SpatialAttention> attention;
  ResnetBlock last;
};

struct Encoder : Layer {
  Encoder(const ParameterScope& scope, const AutoencoderConfig& config)
      : conv_in(scope / "conv_in", config.in_channels, config.block_out_channels.front()), mid(scope / "mid_block", config),
        norm_out(scope / "conv_norm_out", config.norm_num_groups, config.block_out_channels.back(), norm_epsilon),
        conv_out(scope / "conv_out", config.block_out_channels.back(), 2 * config.latent_channels) {
    std::int64_t in = config.block_out_channels.front();
    for (std::size_t i = 0; i < config.block_out_channels.size(); ++i) {
      const ParameterScope level = scope / "down_blocks" / i;
      const std::int64_t out = config.block_out_channels[i];
      Level& blocks = levels.emplace_back();
      for (std::int64_t j = 0; j < config.layers_per_block; ++j) {
        blocks.resnets.emplace_back(level / "resnets" / static_cast<std::size_t>(j),
                                    ResnetShape{in, out, config.norm_num_groups, norm_epsilon, 0});
        in = out;
      }
      if (i + 1 < config.block_out_channels.size()) {
        blocks.downsampler.emplace(level / "downsamplers" / 0 / "conv", out, out, ConvShape{3, 2, 0});
      }
    }
  }

  at::Tensor operator()(const at::Tensor& images, Activations activations) const {
    at::Tensor h = conv_in(images);
    for (const Level& level : levels) {
      for (const ResnetBlock& resnet : level.resnets) {
        h = run_block(activations, resnet, h);
      }
      if (level.downsampler) {
        // The published models pad at the right and at the bottom only.
        h = (*level.downsampler)(at::constant_pad_nd(h, {0, 1, 0, 1}));
      }
    }
    return conv_out(norm_out(mid(h, activations), NormActivation::silu));
  }

  struct Level {
    std::deque<ResnetBlock> resnets;
    std::optional<Conv2d> downsampler;
  };

  Conv2d conv_in;
  std::deque<Level> levels;
  MidBlock mid;
  GroupNorm norm_out;
  Conv2d conv_out;
};

struct Decoder : Layer {
  Decoder(const ParameterScope& scope, const AutoencoderConfig& config)
      : conv_in(scope / "conv_in", config.latent_channels, config.block_out_channels.back()), mid(scope / "mid_block", config),
        norm_out(scope / "conv_norm_out", config.norm_num_groups, config.block_out_channels.front(), norm_epsilon),
        conv_out(scope / "conv_out", config.block_out_channels.front(), config.in_channels) {
    std::int64_t in = config.block_out_channels.back();
    const std::size_t num_levels = config.block_out_channels.size();
    for (std::size_t i = 0; i < num_levels; ++i) {
      const ParameterScope level = scope / "up_blocks" / i;
      const std::int64_t out = config.block_out_channels[num_levels - 1 - i];
      Level& blocks = levels.emplace_back();
      for (std::int64_t j = 0; j < config.layers_per_block + 1; ++j) {
        blocks.resnets.emplace_back(level / "resnets" / static_cast<std::size_t>(j),
                                    ResnetShape{in, out, config.norm_num_groups, norm_epsilon, 0});
        in = out;
      }
      if (i + 1 < num_levels) {
        blocks.upsampler.emplace(level / "upsamplers" / 0, out);
      }
    }
  }

  at::Tensor operator()(const at::Tensor& latents, Activations activations) const {
    at::Tensor h = mid(conv_in(latents), activations);
    for (const Level& level : levels) {
      for (const ResnetBlock& resnet : level.resnets) {
        h = run_block(activations, resnet, h);
      }
      if (level.upsampler) {
        h = (*level.upsampler)(h);
      }
    }
    return conv_out(norm_out(h, NormActivation::silu));
  }

  struct Level {
    std::deque<ResnetBlock> resnets;
    std::optional<Upsample> upsampler;
  };

  Conv2d conv_in;
  MidBlock mid;
  std::deque<Level> levels;
  GroupNorm norm_out;
  Conv2d conv_out;
};

} // namespace

struct AutoencoderKL::Blocks {
  Blocks(const AutoencoderConfig& config, const ParameterScope& scope, Activations activations_in)
      : activations(activations_in), encoder(scope / "encoder", config),
        quant_conv(scope / "quant_conv", 2 * config.latent_channels, 2 * config.latent_channels, ConvShape{1, 1, 0}),
        post_quant_conv(scope / "post_quant_conv", config.latent_channels, config.latent_channels, ConvShape{1, 1, 0}),
        decoder(scope / "decoder", config) {}

  Activations activations;
  Encoder encoder;
  Conv2d quant_conv;
  Conv2d post_quant_conv;
  Decoder decoder;
};

AutoencoderKL::AutoencoderKL(const AutoencoderConfig& config, const ParameterScope& scope, Activations activations)
    : blocks_(std::make_unique<Blocks>(config, scope, activations)) {}

AutoencoderKL::~AutoencoderKL() = default;

LatentMoments AutoencoderKL::encode(const at::Tensor& images) const {
  const at::Tensor typed = channels_last(images.to(blocks_->quant_conv.weight.options()));
  const at::Tensor encoded = blocks_->quant_conv(blocks_->encoder(typed, blocks_->activations));
  const std::vector<at::Tensor> halves = encoded.to(images.scalar_type()).contiguous().chunk(2, 1);
  return {halves[0], halves[1].clamp(-30.0, 20.0)};
}

at::Tensor AutoencoderKL::decode(const at::Tensor& latents) const {
  const at::Tensor typed = channels_last(latents.to(blocks_->post_quant_conv.weight.options()));
  const at::Tensor images = blocks_->decoder(blocks_->post_quant_conv(typed), blocks_->activations);
  return images.to(latents.scalar_type()).contiguous();
}

std::int64_t AutoencoderKL::downscale() const { return std::int64_t{1} << (blocks_->encoder.levels.size() - 1); }

} // namespace radforge
