#include "radforge/models/recorded_unet.hpp"

#include "random_tensor.hpp"
#include "torch_catch.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <c10/core/GradMode.h>

using namespace radforge;

namespace {

UNetConfig small_config() {
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

// Without CUDA the recorded work is done anew at each launch, on the tensors that it was recorded with.
TEST_CASE(
    "a recorded UNet gives what the UNet gives, for other texts and images after it was recorded, and for two shapes in turn") {
  const c10::NoGradGuard no_grad;
  ParameterSet parameters;
  const UNet unet(small_config(), ParameterScope(parameters));
  parameters.allocate(1);
  RecordedUNet recorded(unet);
  for (int batch = 0; batch < 3; ++batch) {
    const at::Tensor texts = random_tensor(10 + batch, {2, 7, 24});
    const at::Tensor both = at::cat({texts.mul(0.5), texts}, 0);
    const auto denoise = recorded.of_texts(texts);
    const auto denoise_both = recorded.of_texts(both);
    at::Tensor first;
    at::Tensor kept;
    for (int step = 0; step < 4; ++step) {
      const at::Tensor x = random_tensor(100 + 10 * batch + step, {2, 4, 8, 8});
      const at::Tensor timesteps = at::full({2}, 900 - 200 * step, at::kFloat);
      const at::Tensor found = denoise(x, timesteps);
      CHECK(at::equal(found, unet.forward(x, timesteps, texts)));
      const at::Tensor twice = at::cat({x, x}, 0);
      CHECK(at::equal(denoise_both(twice, at::cat({timesteps, timesteps})),
                      unet.forward(twice, at::cat({timesteps, timesteps}), both)));
      if (step == 0) {
        first = found;
        kept = found.clone();
      }
    }
    CHECK(at::equal(first, kept)); // what was returned belongs to who got it
  }
}
