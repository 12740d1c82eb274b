#pragma once

#include "radforge/models/autoencoder_kl.hpp"
#include "radforge/models/clip_text_encoder.hpp"
#include "radforge/models/clip_tokenizer.hpp"

#include <ATen/core/Tensor.h>

#include <string>

namespace radforge {

/// Images N x C x H x W in [-1, 1] to moments N x 2 latent_channels x h x w, fp32: means, then log variances. Each image is
/// encoded alone, since kernels may sum in another order for another batch: so the bits of its moments follow from the image and
/// the weights (at the same number of threads), and those of a cache are those of a training that encodes. No gradients.
at::Tensor encode_alone(const AutoencoderKL& autoencoder, const at::Tensor& images);

/// The last hidden states of a prompt, tokens x hidden_size, fp32, likewise. Errors: as ClipTokenizer::encode().
at::Tensor encode_alone(const ClipTextEncoder& encoder, const ClipTokenizer& tokenizer, const std::string& prompt);

} // namespace radforge
