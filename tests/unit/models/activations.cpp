#include "radforge/models/autoencoder_kl.hpp"
#include "radforge/models/clip_text_encoder.hpp"
#include "radforge/models/unet.hpp"
#include "radforge/nn/keyed_random.hpp"

#include "torch_catch.hpp"

#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>

#include <functional>
#include <optional>

using namespace radforge;

namespace {

at::Tensor noise(std::uint64_t id, const std::vector<std::int64_t>& shape) {
  return keyed_normals({{1, Stream::noise, id, 0}}, shape);
}

/// Output and flat gradient of a model with its activations kept, and computed again.
template <class Model, class Config>
void check_equal(const Config& config, const std::function<at::Tensor(const Model&)>& run) {
  std::optional<at::Tensor> output;
  std::optional<at::Tensor> gradient;
  for (const Activations activations : {Activations::kept, Activations::computed_again}) {
    ParameterSet parameters;
    const Model model(config, ParameterScope(parameters), activations);
    parameters.allocate(1);
    const at::Tensor result = run(model);
    result.square().mean().backward();
    if (!output) {
      output = result.detach();
      gradient = parameters.flat_gradient().clone();
      continue;
    }
    CHECK(at::equal(result.detach(), *output));
    CHECK(gradient->norm().item<float>() > 0);
    // What several blocks use gets its gradients in another order.
    CHECK(parameters.flat_gradient().sub(*gradient).norm().item<float>() < 1e-6F * gradient->norm().item<float>());
  }
}

} // namespace

TEST_CASE("activations that are computed again give each model the same output and gradients") {
  check_equal<UNet>(UNetConfig{.sample_size = 8,
                               .down_block_types = {"DownBlock2D", "CrossAttnDownBlock2D"},
                               .up_block_types = {"CrossAttnUpBlock2D", "UpBlock2D"},
                               .block_out_channels = {16, 32},
                               .num_attention_heads = {2, 4},
                               .cross_attention_dim = 24,
                               .norm_num_groups = 8},
                    [](const UNet& unet) {
                      return unet.forward(noise(1, {4, 8, 8}), at::tensor({500}, at::kLong), noise(2, {5, 24}));
                    });
  check_equal<AutoencoderKL>(AutoencoderConfig{.block_out_channels = {8, 16, 16}, .norm_num_groups = 4, .sample_size = 16},
                             [](const AutoencoderKL& autoencoder) {
                               return autoencoder.decode(autoencoder.encode(noise(3, {1, 16, 16})).mean);
                             });
  check_equal<ClipTextEncoder>(TextEncoderConfig{.vocab_size = 10,
                                                 .hidden_size = 16,
                                                 .intermediate_size = 32,
                                                 .num_hidden_layers = 3,
                                                 .num_attention_heads = 2,
                                                 .max_position_embeddings = 6},
                               [](const ClipTextEncoder& encoder) {
                                 return encoder.forward(at::tensor({1, 2, 3, 4}, at::kLong).unsqueeze(0));
                               });
}
