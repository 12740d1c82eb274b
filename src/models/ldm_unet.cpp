#include "ldm_unet.hpp"

#include <fmt/core.h>

#include <array>
#include <string>
#include <vector>

namespace radforge {

namespace {

constexpr std::array<LdmLayer, 6> resnet_layers{{
    {"in_layers.0", "norm1"},
    {"in_layers.2", "conv1"},
    {"emb_layers.1", "time_emb_proj"},
    {"out_layers.0", "norm2"},
    {"out_layers.3", "conv2"},
    {"skip_connection", "conv_shortcut", LdmLayer::Presence::sometimes},
}};

// Named alike on both sides.
constexpr std::array<LdmLayer, 16> transformer_layers{{
    LdmLayer::same("norm"),
    LdmLayer::same("proj_in"),
    LdmLayer::same("transformer_blocks.0.norm1"),
    LdmLayer::same("transformer_blocks.0.attn1.to_q"),
    LdmLayer::same("transformer_blocks.0.attn1.to_k"),
    LdmLayer::same("transformer_blocks.0.attn1.to_v"),
    LdmLayer::same("transformer_blocks.0.attn1.to_out.0"),
    LdmLayer::same("transformer_blocks.0.norm2"),
    LdmLayer::same("transformer_blocks.0.attn2.to_q"),
    LdmLayer::same("transformer_blocks.0.attn2.to_k"),
    LdmLayer::same("transformer_blocks.0.attn2.to_v"),
    LdmLayer::same("transformer_blocks.0.attn2.to_out.0"),
    LdmLayer::same("transformer_blocks.0.norm3"),
    LdmLayer::same("transformer_blocks.0.ff.net.0.proj"),
    LdmLayer::same("transformer_blocks.0.ff.net.2"),
    LdmLayer::same("proj_out"),
}};

constexpr std::int64_t head_width = 64;   // of 2.x
constexpr std::int64_t heads_a_block = 8; // of 1.x
constexpr std::int64_t norm_groups = 32;

constexpr const char* first_resnet = "input_blocks.1.0.in_layers.2.weight";

struct Level {
  std::int64_t channels = 0;
  std::int64_t resnets = 0;
  bool attention = false;
};

// The way down: residual blocks, and between two levels a convolution `op` that halves the size.
std::vector<Level> infer_levels(const LdmPart& part) {
  part.size(first_resnet, 0); // the first of the counted
  std::vector<Level> levels(1);
  for (std::int64_t n = 1;; ++n) {
    const std::string block = fmt::format("input_blocks.{}", n);
    if (part.has(block + ".0.op.weight")) {
      levels.emplace_back();
    } else if (part.has(block + ".0.in_layers.2.weight")) {
      Level& level = levels.back();
      level.channels = part.size(block + ".0.in_layers.2.weight", 0);
      level.attention = part.has(block + ".1.proj_in.weight");
      ++level.resnets;
    } else {
      return levels;
    }
  }
}

UNetConfig infer_config(const LdmPart& part) {
  UNetConfig config;
  config.sample_size = 0;
  config.in_channels = part.size("input_blocks.0.0.weight", 1);
  config.out_channels = part.size("out.2.weight", 0);
  config.cross_attention_dim = part.size("middle_block.1.transformer_blocks.0.attn2.to_k.weight", 1);
  config.norm_num_groups = norm_groups;
  config.use_linear_projection = part.num_dimensions("middle_block.1.proj_in.weight") == 2;

  const std::vector<Level> levels = infer_levels(part);
  config.layers_per_block = levels.front().resnets;
  config.block_out_channels.clear();
  config.num_attention_heads.clear();
  config.down_block_types.clear();
  config.up_block_types.clear();
  const std::int64_t divisor = config.use_linear_projection ? head_width : norm_groups;
  for (const Level& level : levels) {
    if (level.resnets != config.layers_per_block) {
      part.fail(
          fmt::format("one level of the UNet has {} residual blocks, the first has {} (as many in every level are supported; "
                      "they are counted by names like '{}')",
                      level.resnets, config.layers_per_block, part.name_in_file(first_resnet)));
    }
    if (level.channels % divisor != 0) {
      part.fail(fmt::format("a level of the UNet has {} channels (a multiple of {} was expected)", level.channels, divisor));
    }
    config.block_out_channels.push_back(level.channels);
    config.num_attention_heads.push_back(config.use_linear_projection ? level.channels / head_width : heads_a_block);
    config.down_block_types.push_back(level.attention ? "CrossAttnDownBlock2D" : "DownBlock2D");
    config.up_block_types.insert(config.up_block_types.begin(), level.attention ? "CrossAttnUpBlock2D" : "UpBlock2D");
  }
  return config;
}

void rename(LdmPart& part, const UNetConfig& config) {
  const std::size_t levels = config.block_out_channels.size();
  part.move("time_embed.0", "time_embedding.linear_1");
  part.move("time_embed.2", "time_embedding.linear_2");
  part.move("input_blocks.0.0", "conv_in");
  part.move("out.0", "conv_norm_out");
  part.move("out.2", "conv_out");

  // LDM counts the blocks through, diffusers by level and layer.
  std::size_t n = 1;
  for (std::size_t level = 0; level < levels; ++level) {
    const std::string ours = fmt::format("down_blocks.{}", level);
    for (std::int64_t layer = 0; layer < config.layers_per_block; ++layer, ++n) {
      part.move_block(fmt::format("input_blocks.{}.0", n), fmt::format("{}.resnets.{}", ours, layer), resnet_layers);
      if (config.down_block_types[level] == "CrossAttnDownBlock2D") {
        part.move_block(fmt::format("input_blocks.{}.1", n), fmt::format("{}.attentions.{}", ours, layer), transformer_layers);
      }
    }
    if (level + 1 < levels) {
      part.move(fmt::format("input_blocks.{}.0.op", n++), ours + ".downsamplers.0.conv");
    }
  }

  part.move_block("middle_block.0", "mid_block.resnets.0", resnet_layers);
  part.move_block("middle_block.1", "mid_block.attentions.0", transformer_layers);
  part.move_block("middle_block.2", "mid_block.resnets.1", resnet_layers);

  n = 0;
  for (std::size_t level = 0; level < levels; ++level) {
    const std::string ours = fmt::format("up_blocks.{}", level);
    const bool attention = config.up_block_types[level] == "CrossAttnUpBlock2D";
    for (std::int64_t layer = 0; layer <= config.layers_per_block; ++layer, ++n) {
      part.move_block(fmt::format("output_blocks.{}.0", n), fmt::format("{}.resnets.{}", ours, layer), resnet_layers);
      if (attention) {
        part.move_block(fmt::format("output_blocks.{}.1", n), fmt::format("{}.attentions.{}", ours, layer), transformer_layers);
      }
    }
    if (level + 1 < levels) {
      part.move(fmt::format("output_blocks.{}.{}.conv", n - 1, attention ? 2 : 1), ours + ".upsamplers.0.conv");
    }
  }
}

} // namespace

UNetConfig read_ldm_unet(LdmPart& part) {
  UNetConfig config = infer_config(part);
  rename(part, config);
  return config;
}

} // namespace radforge
