#pragma once

#include "radforge/config/model_config.hpp"
#include "radforge/nn/activation_checkpoint.hpp"

#include <cstdint>

namespace radforge {

/// Multiply-adds of an image or a prompt, by kind. Convolutions, matrix products and attention count; norms, activations and
/// embeddings, which are a fraction of a percent of the arithmetic, do not. A multiply-add is two FLOP.
struct MultiplyAdds {
  double conv3x3 = 0; ///< and larger kernels
  double linear = 0;
  double conv1x1 = 0;
  double self_attention = 0;  ///< scores and their use, without the projections, which are linear
  double cross_attention = 0; ///< likewise

  double total() const { return conv3x3 + linear + conv1x1 + self_attention + cross_attention; }
  double flop() const { return 2 * total(); }
  MultiplyAdds operator+(const MultiplyAdds& other) const;
  bool operator==(const MultiplyAdds&) const = default;
};

/// One evaluation of the denoiser for latents of height x width and `tokens` of text. Errors of all: ConfigError (a configuration
/// that describes no model, as its constructor says; sizes that the model's levels do not halve evenly).
MultiplyAdds unet_multiply_adds(const UNetConfig& config, std::int64_t height, std::int64_t width, std::int64_t tokens);
/// A prompt of `tokens`, padding included. `vocab_size` does not matter.
MultiplyAdds text_encoder_multiply_adds(const TextEncoderConfig& config, std::int64_t tokens);
/// An image of height x width to a latent, and a latent to an image of height x width.
MultiplyAdds encode_multiply_adds(const AutoencoderConfig& config, std::int64_t height, std::int64_t width);
MultiplyAdds decode_multiply_adds(const AutoencoderConfig& config, std::int64_t height, std::int64_t width);

/// An image of height x width through a classifier.
MultiplyAdds classifier_multiply_adds(const ClassifierConfig& config, std::int64_t height, std::int64_t width);

/// What a part of the models does in a training step.
enum class PartUse {
  forward,        ///< no gradients: the autoencoder's encoder, a frozen text encoder
  passes_through, ///< frozen, between the loss and what is trained: gradients of its inputs alone
  trained,        ///< gradients of inputs and of weights
};
/// A training step's multiply-adds for an image, from those of its forward pass: gradients of the inputs cost as much again,
/// those of the weights too (attention has none, its two operands are inputs). Model FLOP/s are counted with activations kept,
/// whatever the run does (Chowdhery et al. 2022, appendix B).
MultiplyAdds training_multiply_adds(const MultiplyAdds& forward, PartUse use, Activations activations = Activations::kept);

} // namespace radforge
