#include "radforge/models/autoencoder_kl.hpp"

#include "golden.hpp"

#include <ATen/ops/cat.h>

using namespace radforge;

namespace {

AutoencoderConfig golden_config() {
  AutoencoderConfig config;
  config.block_out_channels = {8, 16, 16};
  config.norm_num_groups = 4;
  config.sample_size = 16;
  return config;
}

} // namespace

TEST_CASE("AutoencoderKL has the outputs and gradients of diffusers' AutoencoderKL") {
  const bool attention = GENERATE(true, false);
  const StateDict golden = read_golden(attention ? "models/vae" : "models/vae_no_attention");
  AutoencoderConfig config = golden_config();
  config.mid_block_add_attention = attention;
  ParameterSet parameters;
  const AutoencoderKL autoencoder(config, ParameterScope(parameters));
  parameters.allocate(1);
  parameters.load(parameters.flat(), under(golden, "weights."));

  CHECK(autoencoder.downscale() == 4);
  const LatentMoments moments = autoencoder.encode(golden.at("image"));
  const at::Tensor joined = at::cat({moments.mean, moments.log_variance}, 1);
  CHECK(relative_difference(joined, golden.at("moments")) < 2e-5);
  const at::Tensor decoded = autoencoder.decode(moments.mean);
  CHECK(relative_difference(decoded, golden.at("decoded")) < 2e-5);

  decoded.square().mean().add(joined.square().mean(), 0.1).backward();
  check_gradients(parameters, under(golden, "gradients."), 1e-4);
}

TEST_CASE("AutoencoderKL in half precision stays near") {
  const StateDict golden = read_golden("models/vae");
  ParameterSet parameters;
  const AutoencoderKL autoencoder(golden_config(), ParameterScope(parameters));
  parameters.allocate_frozen(at::kBFloat16);
  parameters.load(parameters.flat(), under(golden, "weights."));
  const LatentMoments moments = autoencoder.encode(golden.at("image"));
  CHECK(moments.mean.scalar_type() == at::kFloat);
  CHECK(relative_difference(at::cat({moments.mean, moments.log_variance}, 1), golden.at("moments")) < 3e-2);
  const at::Tensor decoded = autoencoder.decode(golden.at("mean"));
  CHECK(relative_difference(decoded, golden.at("decoded")) < 3e-2);
  CHECK(relative_difference(decoded, golden.at("decoded")) > 1e-5); // it was computed in bf16
}
