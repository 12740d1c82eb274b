#include "radforge/models/unet.hpp"

#include "radforge/core/error.hpp"

#include "../../../src/models/transformer.hpp"

#include "golden.hpp"

#include <ATen/ops/equal.h>

using namespace radforge;

namespace {

UNetConfig golden_config() {
  UNetConfig config;
  config.sample_size = 8;
  config.down_block_types = {"DownBlock2D", "CrossAttnDownBlock2D"};
  config.up_block_types = {"CrossAttnUpBlock2D", "UpBlock2D"};
  config.block_out_channels = {16, 32};
  config.num_attention_heads = {2, 4};
  config.cross_attention_dim = 24;
  config.norm_num_groups = 8;
  return config;
}

} // namespace

TEST_CASE("UNet has the outputs and gradients of diffusers' UNet2DConditionModel") {
  const StateDict golden = read_golden("models/unet");
  ParameterSet parameters;
  const UNet unet(golden_config(), ParameterScope(parameters));
  parameters.allocate(1);
  parameters.load(parameters.flat(), under(golden, "weights."));

  const at::Tensor output = unet.forward(golden.at("latent"), golden.at("timesteps"), golden.at("context"));
  CHECK(relative_difference(output, golden.at("output")) < 2e-5);

  output.square().mean().backward();
  check_gradients(parameters, under(golden, "gradients."), 1e-4);
}

TEST_CASE("UNet of texts gives what forward gives, again and again") {
  const StateDict golden = read_golden("models/unet");
  ParameterSet parameters;
  const UNet unet(golden_config(), ParameterScope(parameters));
  parameters.allocate_frozen();
  parameters.load(parameters.flat(), under(golden, "weights."));
  const auto denoise = unet.of_texts(golden.at("context"));
  for (const double factor : {1.0, 0.5}) {
    const at::Tensor latent = golden.at("latent").mul(factor);
    CHECK(at::equal(denoise(latent, golden.at("timesteps")), unet.forward(latent, golden.at("timesteps"), golden.at("context"))));
  }
}

TEST_CASE("UNet in half precision stays near, with attention scores in fp32 as well") {
  const Scores scores = GENERATE(Scores::as_weights, Scores::fp32);
  UNetConfig config = golden_config();
  config.upcast_attention = scores == Scores::fp32;
  const StateDict golden = read_golden("models/unet");
  ParameterSet parameters;
  const UNet unet(config, ParameterScope(parameters));
  parameters.allocate_frozen(at::kBFloat16);
  parameters.load(parameters.flat(), under(golden, "weights."));
  const at::Tensor output = unet.forward(golden.at("latent"), golden.at("timesteps"), golden.at("context"));
  CHECK(output.scalar_type() == at::kFloat);
  CHECK(relative_difference(output, golden.at("output")) < 3e-2);
  CHECK(relative_difference(output, golden.at("output")) > 1e-5); // it was computed in bf16
}

TEST_CASE("UNet refuses a block type it does not know and lists of different lengths") {
  ParameterSet parameters;
  UNetConfig config = golden_config();
  config.down_block_types[0] = "AttnDownBlock2D";
  CHECK_THROWS_WITH(UNet(config, ParameterScope(parameters)), Catch::Contains("AttnDownBlock2D"));
  config = golden_config();
  config.num_attention_heads = {2};
  CHECK_THROWS_AS(UNet(config, ParameterScope(parameters)), ConfigError);
}
