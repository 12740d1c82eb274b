#pragma once

#include "radforge/config/model_config.hpp"
#include "radforge/nn/activation_checkpoint.hpp"
#include "radforge/nn/parameter_set.hpp"

#include <ATen/core/Tensor.h>

#include <memory>

namespace radforge {

/// The denoiser of Stable Diffusion (UNet2DConditionModel of diffusers: same architecture, same names).
class UNet {
 public:
  /// Registers the parameters. Errors: ConfigError (a block type that is not known, lists of different lengths).
  UNet(const UNetConfig& config, const ParameterScope& scope, Activations activations = Activations::kept);
  ~UNet();

  /// `x`: N x in_channels x H x W noisy latents; `timesteps`: N, whole or fractional; `text_states`: N x tokens x
  /// cross_attention_dim. Returns N x out_channels x H x W of x's type. Computed in the type of the weights.
  at::Tensor forward(const at::Tensor& x, const at::Tensor& timesteps, const at::Tensor& text_states) const;

 private:
  struct Blocks;
  std::unique_ptr<Blocks> blocks_;
};

} // namespace radforge
