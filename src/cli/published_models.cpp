#include "published_models.hpp"

namespace radforge {

// https://huggingface.co/stabilityai/stable-diffusion-2-1-base, the config.json of each part.
PublishedModels stable_diffusion_2_1_base() {
  return {.unet = {.sample_size = 64,
                   .down_block_types = {"CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"},
                   .up_block_types = {"UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"},
                   .block_out_channels = {320, 640, 1280, 1280},
                   .layers_per_block = 2,
                   .num_attention_heads = {5, 10, 20, 20},
                   .cross_attention_dim = 1024,
                   .norm_num_groups = 32},
          .text_encoder = {.vocab_size = 49408,
                           .hidden_size = 1024,
                           .intermediate_size = 4096,
                           .num_hidden_layers = 23,
                           .num_attention_heads = 16,
                           .max_position_embeddings = 77},
          .autoencoder = {.in_channels = 3,
                          .block_out_channels = {128, 256, 512, 512},
                          .layers_per_block = 2,
                          .norm_num_groups = 32,
                          .sample_size = 512},
          .diffusion = {},
          .scheduler = {.name = "pndm"}};
}

} // namespace radforge
