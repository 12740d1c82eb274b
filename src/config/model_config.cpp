#include "radforge/config/model_config.hpp"

#include "radforge/config/schema.hpp"

#include <algorithm>

namespace radforge {
namespace {

bool all_divide(const std::vector<std::int64_t>& values, std::int64_t divisor) {
  return std::all_of(values.begin(), values.end(), [&](std::int64_t value) { return value % divisor == 0; });
}

/// Each block but the last halves the side.
bool can_be_halved(std::int64_t side, std::size_t num_blocks) {
  return num_blocks > 0 && num_blocks < 32 && side % (std::int64_t{1} << (num_blocks - 1)) == 0;
}

bool heads_divide(const std::vector<std::int64_t>& channels, const std::vector<std::int64_t>& heads) {
  return std::equal(channels.begin(), channels.end(), heads.begin(), heads.end(),
                    [](std::int64_t width, std::int64_t count) { return width % count == 0; });
}

constexpr IntRange width_range{1, 16384};

} // namespace

void describe(Schema& schema, AutoencoderConfig& config) {
  schema.field("in_channels", config.in_channels, IntRange{1, 4}, "channels of an image");
  schema.field("latent_channels", config.latent_channels, IntRange{1, 64}, "channels of a latent");
  schema.field("block_out_channels", config.block_out_channels, width_range,
               "width of each block; all but the last halve the side");
  schema.field("layers_per_block", config.layers_per_block, IntRange{1, 16}, "residual layers a block");
  schema.field("norm_num_groups", config.norm_num_groups, IntRange{1, 1024}, "groups of the group normalisation");
  schema.field("mid_block_add_attention", config.mid_block_add_attention, "self-attention at the lowest resolution");
  schema.field("sample_size", config.sample_size, IntRange{1, 4096}, "side of an image, pixels");
  schema.field("scaling_factor", config.scaling_factor, RealRange{1e-6, 1e6},
               "1 / standard deviation of the latents; training writes it");
  schema.check(!config.block_out_channels.empty(),
               "block_out_channels is empty (the model needs a block) list one width a block");
  schema.check(all_divide(config.block_out_channels, config.norm_num_groups),
               "block_out_channels are not multiples of norm_num_groups (each group takes as many channels) change one of them");
  schema.check(config.block_out_channels.empty() || can_be_halved(config.sample_size, config.block_out_channels.size()),
               "sample_size cannot be halved once for each block but the last (the sides must stay whole) "
               "change it or the number of blocks");
}

void describe(Schema& schema, UNetConfig& config) {
  schema.field("in_channels", config.in_channels, IntRange{1, 64}, "channels of a latent");
  schema.field("out_channels", config.out_channels, IntRange{1, 64}, "channels of the prediction");
  schema.field("sample_size", config.sample_size, IntRange{1, 1024}, "side of a latent");
  schema.field("down_block_types", config.down_block_types, Choices{"DownBlock2D", "CrossAttnDownBlock2D"},
               "type of each block on the way down");
  schema.field("up_block_types", config.up_block_types, Choices{"UpBlock2D", "CrossAttnUpBlock2D"},
               "type of each block on the way up");
  schema.field("block_out_channels", config.block_out_channels, width_range, "width of each block on the way down");
  schema.field("layers_per_block", config.layers_per_block, IntRange{1, 16}, "residual layers a block");
  schema.field("num_attention_heads", config.num_attention_heads, IntRange{1, 1024}, "attention heads of each block");
  schema.field("cross_attention_dim", config.cross_attention_dim, width_range, "width of a text state");
  schema.field("norm_num_groups", config.norm_num_groups, IntRange{1, 1024}, "groups of the group normalisation");
  schema.field("use_linear_projection", config.use_linear_projection,
               "attention projects by a matrix, else by a 1x1 convolution");
  schema.field("upcast_attention", config.upcast_attention, "attention scores in fp32 where weights have half precision");
  const std::size_t num_blocks = config.block_out_channels.size();
  schema.check(num_blocks > 0, "block_out_channels is empty (the model needs a block) list one width a block");
  schema.check(
      config.down_block_types.size() == num_blocks && config.up_block_types.size() == num_blocks &&
          config.num_attention_heads.size() == num_blocks,
      "down_block_types, up_block_types, num_attention_heads and block_out_channels differ in length (one entry a block) "
      "make them equal");
  schema.check(all_divide(config.block_out_channels, config.norm_num_groups),
               "block_out_channels are not multiples of norm_num_groups (each group takes as many channels) change one of them");
  schema.check(
      config.num_attention_heads.size() != num_blocks || heads_divide(config.block_out_channels, config.num_attention_heads),
      "block_out_channels are not multiples of num_attention_heads (each head takes as many channels) change one of them");
  schema.check(num_blocks == 0 || config.block_out_channels.front() % 2 == 0,
               "block_out_channels begins with an odd width (the timestep has as many sines as cosines in it) make it even");
  schema.check(num_blocks == 0 || can_be_halved(config.sample_size, num_blocks),
               "sample_size cannot be halved once for each block but the last (the sides must stay whole) "
               "change it or the number of blocks");
}

void describe(Schema& schema, TextEncoderConfig& config) {
  schema.field("vocab_size", config.vocab_size, IntRange{0, 10'000'000}, "tokens known; 0 takes the tokenizer's number");
  schema.field("hidden_size", config.hidden_size, width_range, "width of a text state");
  schema.field("intermediate_size", config.intermediate_size, IntRange{1, 65536}, "width inside the feed-forward part");
  schema.field("num_hidden_layers", config.num_hidden_layers, IntRange{1, 128}, "transformer layers");
  schema.field("num_attention_heads", config.num_attention_heads, IntRange{1, 1024}, "attention heads a layer");
  schema.field("max_position_embeddings", config.max_position_embeddings, IntRange{3, 4096},
               "longest text, tokens, its start and end included");
  schema.field("hidden_act", config.hidden_act, Choices{"gelu", "quick_gelu"}, "activation of the feed-forward part");
  schema.check(config.hidden_size % config.num_attention_heads == 0,
               "hidden_size is not a multiple of num_attention_heads (each head takes as many channels) change one of them");
}

void describe(Schema& schema, TokenizerConfig& config) {
  schema.field("num_merges", config.num_merges, IntRange{0, 1'000'000}, "byte pairs merged at most, learned from the prompts");
}

void describe(Schema& schema, ClassifierConfig& config) {
  schema.field("architecture", config.architecture, Choices{"densenet121", "resnet18", "resnet34", "resnet50", "resnet"},
               "network; resnet takes num_blocks and width");
  schema.field("in_channels", config.in_channels, IntRange{1, 4}, "channels of an image; a grey one is repeated");
  schema.field("normalization", config.normalization, Choices{"symmetric", "image", "imagenet", "torchxrayvision"},
               "of the pixels: -1 to 1; mean 0 and deviation 1 of each image; ImageNet's means and deviations, with three "
               "channels; -1024 to 1024");
  schema.field("num_classes", config.num_classes, IntRange{0, 65536}, "outputs of the head; 0: as many as the target has");
  schema.field("num_blocks", config.num_blocks, IntRange{1, 1024},
               "residual blocks of each stage of resnet; all but the first stage halve the side and double the width");
  schema.field("width", config.width, IntRange{1, 4096}, "channels of the first stage of resnet");
  schema.check(
      config.normalization != "imagenet" || config.in_channels == 3,
      "normalization is imagenet with in_channels other than 3 (it has a mean a colour) set in_channels to 3: grey images "
      "are repeated");
  schema.check(!config.num_blocks.empty() && config.num_blocks.size() <= 8,
               "num_blocks has no stage or more than 8 (each halves the side) list the blocks of each stage");
}

} // namespace radforge
