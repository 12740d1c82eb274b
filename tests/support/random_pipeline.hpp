#pragma once

#include "radforge/models/clip_tokenizer.hpp"
#include "radforge/models/pipeline.hpp"

#include <filesystem>

namespace radforge {

/// Writes a pipeline of random weights, images of 16 x 16, and returns what it holds.
inline PipelineContent write_random_pipeline(const std::filesystem::path& folder) {
  const std::filesystem::path tokenizer = folder.parent_path() / "vocabulary";
  std::filesystem::create_directories(tokenizer);
  train_clip_tokenizer({"50 year old male.", "50 year old female."}, 10, 16, tokenizer);
  PipelineContent content{.unet = {.sample_size = 4,
                                   .down_block_types = {"DownBlock2D", "CrossAttnDownBlock2D"},
                                   .up_block_types = {"CrossAttnUpBlock2D", "UpBlock2D"},
                                   .block_out_channels = {8, 16},
                                   .num_attention_heads = {1, 2},
                                   .cross_attention_dim = 16,
                                   .norm_num_groups = 4},
                          .text_encoder = {.vocab_size = ClipTokenizer(tokenizer).vocab_size(),
                                           .hidden_size = 16,
                                           .intermediate_size = 32,
                                           .num_hidden_layers = 1,
                                           .num_attention_heads = 2,
                                           .max_position_embeddings = 16},
                          .autoencoder = {.block_out_channels = {8, 8, 8}, .norm_num_groups = 4, .sample_size = 16},
                          .diffusion = {},
                          .scheduler = {},
                          .tokenizer = tokenizer,
                          .unet_weights = {},
                          .text_encoder_weights = {},
                          .autoencoder_weights = {}};
  Pipeline models(content.unet, content.text_encoder, content.autoencoder);
  models.unet_parameters.allocate(3);
  models.text_encoder_parameters.allocate(2);
  models.autoencoder_parameters.allocate(1);
  content.unet_weights = models.unet_parameters.views(models.unet_parameters.flat());
  content.text_encoder_weights = models.text_encoder_parameters.views(models.text_encoder_parameters.flat());
  content.autoencoder_weights = models.autoencoder_parameters.views(models.autoencoder_parameters.flat());
  write_pipeline(folder, content);
  return content;
}

} // namespace radforge
