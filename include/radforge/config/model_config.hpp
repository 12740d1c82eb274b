#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace radforge {

class Schema;

/// AutoencoderKL, keys as diffusers names them.
struct AutoencoderConfig {
  std::int64_t in_channels = 1;
  std::int64_t latent_channels = 4;
  std::vector<std::int64_t> block_out_channels = {32, 64, 64};
  std::int64_t layers_per_block = 1;
  std::int64_t norm_num_groups = 8;
  bool mid_block_add_attention = true;
  std::int64_t sample_size = 64;
  double scaling_factor = 0.18215; ///< written by training: 1 / standard deviation of the latents
};

/// UNet2DConditionModel, keys as diffusers names them.
struct UNetConfig {
  std::int64_t in_channels = 4;
  std::int64_t out_channels = 4;
  std::int64_t sample_size = 16;
  std::vector<std::string> down_block_types = {"DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"};
  std::vector<std::string> up_block_types = {"CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"};
  std::vector<std::int64_t> block_out_channels = {48, 96, 128};
  std::int64_t layers_per_block = 1;
  std::vector<std::int64_t> num_attention_heads = {2, 4, 4}; ///< heads a block; "attention_head_dim" in diffusers' files
  std::int64_t cross_attention_dim = 128;
  std::int64_t norm_num_groups = 16;
  bool use_linear_projection = true;
  bool upcast_attention = false; ///< attention scores in fp32 where weights have half precision
};

/// CLIPTextModel, keys as transformers names them.
struct TextEncoderConfig {
  std::int64_t vocab_size = 0; ///< the tokenizer's, when 0
  std::int64_t hidden_size = 128;
  std::int64_t intermediate_size = 512;
  std::int64_t num_hidden_layers = 2;
  std::int64_t num_attention_heads = 4;
  std::int64_t max_position_embeddings = 32;
  std::string hidden_act = "gelu";
};

/// A byte-pair vocabulary learned from the training prompts, in CLIP's file format.
struct TokenizerConfig {
  std::int64_t num_merges = 256;
};

/// An image classifier with torchvision's weight names.
struct ClassifierConfig {
  std::string architecture = "resnet";
  std::int64_t in_channels = 1;
  std::string normalization = "symmetric";             ///< of the pixels; or "image", "imagenet", "torchxrayvision"
  std::int64_t num_classes = 0;                        ///< 0: as many as the target of a training has
  std::vector<std::int64_t> num_blocks = {1, 1, 1, 1}; ///< of `resnet`, like width
  std::int64_t width = 32;
};

void describe(Schema& schema, AutoencoderConfig& config);
void describe(Schema& schema, UNetConfig& config);
void describe(Schema& schema, TextEncoderConfig& config);
void describe(Schema& schema, TokenizerConfig& config);
void describe(Schema& schema, ClassifierConfig& config);

} // namespace radforge
