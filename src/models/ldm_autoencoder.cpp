#include "ldm_autoencoder.hpp"

#include <fmt/core.h>

#include <array>
#include <string>

namespace radforge {

namespace {

constexpr std::int64_t norm_groups = 32;

constexpr std::array<LdmLayer, 5> resnet_layers{{
    LdmLayer::same("norm1"),
    LdmLayer::same("conv1"),
    LdmLayer::same("norm2"),
    LdmLayer::same("conv2"),
    {"nin_shortcut", "conv_shortcut", LdmLayer::Presence::sometimes},
}};

AutoencoderConfig infer_config(const LdmPart& part) {
  AutoencoderConfig config;
  config.sample_size = 0;
  config.in_channels = part.size("encoder.conv_in.weight", 1);
  config.latent_channels = part.size("decoder.conv_in.weight", 1);
  config.mid_block_add_attention = part.has("encoder.mid.attn_1.q.weight");
  config.norm_num_groups = norm_groups;
  part.size("encoder.down.0.block.0.conv1.weight", 0); // the first of the counted
  config.layers_per_block = part.count("encoder.down.0.block.", ".conv1.weight");
  config.block_out_channels.clear();
  const std::int64_t levels = part.count("encoder.down.", ".block.0.conv1.weight");
  for (std::int64_t level = 0; level < levels; ++level) {
    const std::int64_t channels = part.size(fmt::format("encoder.down.{}.block.0.conv1.weight", level), 0);
    if (channels % norm_groups != 0) {
      part.fail(fmt::format("level {} of the autoencoder has {} channels (a multiple of {} was expected)", level, channels,
                            norm_groups));
    }
    config.block_out_channels.push_back(channels);
  }
  return config;
}

// The attention's projections are 1x1 convolutions in the file, and matrices of the same numbers in our model.
void move_projection(LdmPart& part, const std::string& ldm, const std::string& ours) {
  const at::Tensor weight = part.take(ldm + ".weight");
  const bool convolution = weight.defined() && weight.dim() == 4 && weight.size(2) == 1 && weight.size(3) == 1;
  part.put(ours + ".weight", convolution ? weight.flatten(1) : weight);
  part.put(ours + ".bias", part.take(ldm + ".bias"));
}

void move_middle(LdmPart& part, const std::string& side, const AutoencoderConfig& config) {
  const std::string ldm = side + ".mid.";
  const std::string ours = side + ".mid_block.";
  part.move_block(ldm + "block_1", ours + "resnets.0", resnet_layers);
  part.move_block(ldm + "block_2", ours + "resnets.1", resnet_layers);
  if (config.mid_block_add_attention) {
    part.move(ldm + "attn_1.norm", ours + "attentions.0.group_norm");
    move_projection(part, ldm + "attn_1.q", ours + "attentions.0.to_q");
    move_projection(part, ldm + "attn_1.k", ours + "attentions.0.to_k");
    move_projection(part, ldm + "attn_1.v", ours + "attentions.0.to_v");
    move_projection(part, ldm + "attn_1.proj_out", ours + "attentions.0.to_out.0");
  }
}

void move_ends(LdmPart& part, const std::string& side) {
  part.move(side + ".conv_in", side + ".conv_in");
  part.move(side + ".norm_out", side + ".conv_norm_out");
  part.move(side + ".conv_out", side + ".conv_out");
}

void rename(LdmPart& part, const AutoencoderConfig& config) {
  const std::size_t levels = config.block_out_channels.size();
  move_ends(part, "encoder");
  move_middle(part, "encoder", config);
  for (std::size_t level = 0; level < levels; ++level) {
    const std::string ldm = fmt::format("encoder.down.{}", level);
    const std::string ours = fmt::format("encoder.down_blocks.{}", level);
    for (std::int64_t layer = 0; layer < config.layers_per_block; ++layer) {
      part.move_block(fmt::format("{}.block.{}", ldm, layer), fmt::format("{}.resnets.{}", ours, layer), resnet_layers);
    }
    if (level + 1 < levels) {
      part.move(ldm + ".downsample.conv", ours + ".downsamplers.0.conv");
    }
  }

  part.move("quant_conv", "quant_conv");
  part.move("post_quant_conv", "post_quant_conv");

  move_ends(part, "decoder");
  move_middle(part, "decoder", config);
  // LDM numbers the way up by level, from the largest images; diffusers in the order of computation.
  for (std::size_t level = 0; level < levels; ++level) {
    const std::string ldm = fmt::format("decoder.up.{}", level);
    const std::string ours = fmt::format("decoder.up_blocks.{}", levels - 1 - level);
    for (std::int64_t layer = 0; layer <= config.layers_per_block; ++layer) {
      part.move_block(fmt::format("{}.block.{}", ldm, layer), fmt::format("{}.resnets.{}", ours, layer), resnet_layers);
    }
    if (level > 0) {
      part.move(ldm + ".upsample.conv", ours + ".upsamplers.0.conv");
    }
  }
}

} // namespace

AutoencoderConfig read_ldm_autoencoder(LdmPart& part) {
  AutoencoderConfig config = infer_config(part);
  rename(part, config);
  return config;
}

} // namespace radforge
