#include "../../../src/models/unet_blocks.hpp"
#include "radforge/models/autoencoder_kl.hpp"
#include "radforge/models/clip_text_encoder.hpp"
#include "radforge/models/unet.hpp"

#include "keyed_weights.hpp"

#include <ATen/Parallel.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/silu.h>

using namespace radforge;

namespace {

constexpr std::uint64_t seed = 61;

void prepare(ParameterSet& parameters) {
  at::set_num_threads(1); // beside other tests, threads that wait for each other take many times as long
  parameters.allocate(1);
  fill_keyed(parameters, seed);
}

/// The output, and the gradients of its keyed mean.
void compare(ParameterSet& parameters, const at::Tensor& output, const StateDict& golden, std::uint64_t loss_number) {
  CHECK(relative_difference(output, golden.at("output")) < 2e-5);
  output.mul(keyed_input(seed, loss_number, output.sizes())).mean().backward();
  check_gradient_summary(parameters, golden.at("gradients"), seed);
}

} // namespace

TEST_CASE("a UNet of Stable Diffusion 2 widths has the outputs and gradients of diffusers") {
  const StateDict golden = read_golden("models/large/unet_sd2");
  UNetConfig config;
  config.down_block_types = {"CrossAttnDownBlock2D", "CrossAttnDownBlock2D"};
  config.up_block_types = {"CrossAttnUpBlock2D", "CrossAttnUpBlock2D"};
  config.block_out_channels = {320, 640};
  config.num_attention_heads = {5, 10};
  config.cross_attention_dim = 1024;
  config.norm_num_groups = 32;
  ParameterSet parameters;
  const UNet unet(config, ParameterScope(parameters));
  prepare(parameters);
  const at::Tensor context = keyed_input(seed, 1, {1, 7, 1024});
  const at::Tensor& timesteps = golden.at("timesteps");
  const at::Tensor wide = unet.forward(keyed_input(seed, 2, {1, 4, 6, 14}), timesteps, context);
  CHECK(relative_difference(wide, golden.at("output_wide")) < 2e-5);
  compare(parameters, unet.forward(keyed_input(seed, 0, {1, 4, 8, 8}), timesteps, context), golden, 3);
}

TEST_CASE("a down block of Stable Diffusion 1 widths has the outputs and gradients of diffusers") {
  const StateDict golden = read_golden("models/large/down_block_sd1");
  ParameterSet parameters;
  const DownBlock block(ParameterScope(parameters), {640}, ResnetShape{640, 1280, 32, 1e-5, 1280},
                        SpatialTransformerShape{1280, 768, 8, 32, Projection::convolution});
  prepare(parameters);
  Skips skips;
  const at::Tensor time = at::silu(keyed_input(seed, 1, {1, 1280}));
  const at::Tensor context = keyed_input(seed, 2, {1, 7, 768});
  compare(parameters, block(keyed_input(seed, 0, {1, 640, 4, 5}), time, {context}, skips), golden, 3);
}

TEST_CASE("an autoencoder of Stable Diffusion widths has the outputs and gradients of diffusers") {
  const StateDict golden = read_golden("models/large/vae_sd");
  AutoencoderConfig config;
  config.in_channels = 3;
  config.block_out_channels = {128, 256};
  config.layers_per_block = 2;
  config.norm_num_groups = 32;
  config.sample_size = 32;
  ParameterSet parameters;
  const AutoencoderKL autoencoder(config, ParameterScope(parameters));
  prepare(parameters);
  const LatentMoments moments = autoencoder.encode(keyed_input(seed, 0, {1, 3, 24, 32}));
  const at::Tensor joined = at::cat({moments.mean, moments.log_variance}, 1);
  CHECK(relative_difference(joined, golden.at("moments")) < 2e-5);
  joined.mul(keyed_input(seed, 2, joined.sizes())).mean().backward({}, true);
  compare(parameters, autoencoder.decode(moments.mean), golden, 1);
}

TEST_CASE("text encoders of Stable Diffusion widths have the outputs and gradients of transformers") {
  const bool second = GENERATE(true, false);
  const StateDict golden = read_golden(second ? "models/large/clip_text_sd2" : "models/large/clip_text_sd1");
  TextEncoderConfig config;
  config.vocab_size = 1000;
  config.hidden_size = second ? 1024 : 768;
  config.intermediate_size = 4 * config.hidden_size;
  config.num_hidden_layers = second ? 1 : 2;
  config.num_attention_heads = second ? 16 : 12;
  config.max_position_embeddings = 77;
  config.hidden_act = second ? "gelu" : "quick_gelu";
  ParameterSet parameters;
  const ClipTextEncoder encoder(config, ParameterScope(parameters));
  prepare(parameters);
  compare(parameters, encoder.forward(golden.at("ids")), golden, 0);
}
