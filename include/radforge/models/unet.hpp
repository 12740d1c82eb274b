#pragma once

#include "radforge/config/model_config.hpp"
#include "radforge/nn/activation_checkpoint.hpp"
#include "radforge/nn/parameter_set.hpp"

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>

namespace radforge {

struct TextContext;
class TextMemory;

/// The denoiser of Stable Diffusion (UNet2DConditionModel of diffusers: same architecture, same names).
class UNet {
 public:
  /// Registers the parameters. Errors: ConfigError (a block type that is not known, lists of different lengths).
  UNet(const UNetConfig& config, const ParameterScope& scope, Activations activations = Activations::kept);
  ~UNet();

  /// `x`: N x in_channels x H x W noisy latents; `timesteps`: N, whole or fractional; `text_states`: N x tokens x
  /// cross_attention_dim. Returns N x out_channels x H x W of x's type. Computed in the type of the weights.
  at::Tensor forward(const at::Tensor& x, const at::Tensor& timesteps, const at::Tensor& text_states) const;
  /// The same, where what the layers make of the texts is in `memory`, or is put there. Without gradients.
  at::Tensor forward(const at::Tensor& x, const at::Tensor& timesteps, const at::Tensor& text_states, TextMemory& memory) const;

  /// forward() for the same texts again and again, as a sampler needs it: what the layers make of the texts is computed once.
  /// Without gradients. The object outlives what is returned.
  std::function<at::Tensor(const at::Tensor& x, const at::Tensor& timesteps)> of_texts(const at::Tensor& text_states) const;

  /// In the type of the weights, where they are.
  at::Tensor as_weights(const at::Tensor& input) const;

 private:
  at::Tensor denoise(const at::Tensor& x, const at::Tensor& timesteps, const TextContext& texts) const;

  struct Blocks;
  std::unique_ptr<Blocks> blocks_;
};

} // namespace radforge
