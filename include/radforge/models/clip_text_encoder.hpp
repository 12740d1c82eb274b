#pragma once

#include "radforge/config/model_config.hpp"
#include "radforge/nn/activation_checkpoint.hpp"
#include "radforge/nn/parameter_set.hpp"

#include <ATen/core/Tensor.h>

#include <memory>

namespace radforge {

/// CLIP's text transformer (CLIPTextModel of transformers: same architecture, same names).
class ClipTextEncoder {
 public:
  /// Registers the parameters. Errors: ConfigError (unknown activation).
  ClipTextEncoder(const TextEncoderConfig& config, const ParameterScope& scope, Activations activations = Activations::kept);
  ~ClipTextEncoder();

  /// Token ids N x tokens (int64) to states N x tokens x hidden_size after the final norm, fp32 whatever
  /// the type of the weights. Causal mask, no padding mask: as
  /// Stable Diffusion conditions.
  at::Tensor forward(const at::Tensor& ids) const;

 private:
  struct Blocks;
  std::unique_ptr<Blocks> blocks_;
  Activations activations_;
};

} // namespace radforge
