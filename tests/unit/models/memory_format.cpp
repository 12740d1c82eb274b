#include "radforge/models/autoencoder_kl.hpp"
#include "radforge/models/unet.hpp"

#include "golden.hpp"

using namespace radforge;

namespace {

at::Tensor channels_last(const at::Tensor& images) { return images.contiguous(at::MemoryFormat::ChannelsLast); }

} // namespace

TEST_CASE("channels_last latents give the UNet the same outputs and gradients") {
  const StateDict golden = read_golden("models/unet");
  UNetConfig config;
  config.sample_size = 8;
  config.down_block_types = {"DownBlock2D", "CrossAttnDownBlock2D"};
  config.up_block_types = {"CrossAttnUpBlock2D", "UpBlock2D"};
  config.block_out_channels = {16, 32};
  config.num_attention_heads = {2, 4};
  config.cross_attention_dim = 24;
  config.norm_num_groups = 8;
  ParameterSet parameters;
  const UNet unet(config, ParameterScope(parameters));
  parameters.allocate(1);
  parameters.load(parameters.flat(), under(golden, "weights."));
  const at::Tensor output = unet.forward(channels_last(golden.at("latent")), golden.at("timesteps"), golden.at("context"));
  CHECK(relative_difference(output, golden.at("output")) < 2e-5);
  output.square().mean().backward();
  check_gradients(parameters, under(golden, "gradients."), 1e-4);
}

TEST_CASE("channels_last images and latents give the autoencoder the same outputs") {
  const StateDict golden = read_golden("models/vae");
  AutoencoderConfig config;
  config.block_out_channels = {8, 16, 16};
  config.norm_num_groups = 4;
  config.sample_size = 16;
  ParameterSet parameters;
  const AutoencoderKL autoencoder(config, ParameterScope(parameters));
  parameters.allocate(1);
  parameters.load(parameters.flat(), under(golden, "weights."));
  // An image of one channel looks the same in both layouts: its strides say which it is.
  const at::Tensor& image = golden.at("image");
  REQUIRE(image.size(1) == 1);
  const std::int64_t width = image.size(3);
  const LatentMoments moments = autoencoder.encode(image.as_strided(image.sizes(), {image.size(2) * width, 1, width, 1}));
  const at::Tensor mean = golden.at("moments").narrow(1, 0, 4);
  CHECK(relative_difference(moments.mean, mean) < 2e-5);
  CHECK(relative_difference(autoencoder.decode(channels_last(mean)), golden.at("decoded")) < 2e-5);
}
