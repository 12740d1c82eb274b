#pragma once

#include "radforge/config/model_config.hpp"
#include "radforge/nn/activation_checkpoint.hpp"
#include "radforge/nn/parameter_set.hpp"

#include <ATen/core/Tensor.h>

#include <memory>

namespace radforge {

/// The diagonal normal distribution of a latent: N x latent_channels x h x w each.
struct LatentMoments {
  at::Tensor mean;
  at::Tensor log_variance; ///< clamped to [-30, 20], as Stable Diffusion does
};

/// The variational autoencoder of Stable Diffusion (AutoencoderKL of diffusers: same architecture, same names).
class AutoencoderKL {
 public:
  /// Registers the parameters.
  AutoencoderKL(const AutoencoderConfig& config, const ParameterScope& scope, Activations activations = Activations::kept);
  ~AutoencoderKL();

  /// Images N x in_channels x H x W in [-1, 1] to moments at 1 / downscale() of the size.
  LatentMoments encode(const at::Tensor& images) const;
  /// Latents to images. Neither call applies scaling_factor. Both compute in the type of the weights and
  /// return that of their argument.
  at::Tensor decode(const at::Tensor& latents) const;

  std::int64_t downscale() const;

 private:
  struct Blocks;
  std::unique_ptr<Blocks> blocks_;
};

} // namespace radforge
