#pragma once

#include "radforge/config/generate_config.hpp"
#include "radforge/config/train_config.hpp"
#include "radforge/diffusion/guidance.hpp"
#include "radforge/models/autoencoder_kl.hpp"
#include "radforge/models/clip_text_encoder.hpp"
#include "radforge/models/clip_tokenizer.hpp"
#include "radforge/models/unet.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace radforge {

/// What a model in training makes of fixed prompts from fixed noise, so that pictures of different steps can be compared.
class SampleGrid {
 public:
  /// `sampler.name` "pipeline" is the sampler that the finished run's folder will name. Errors: ConfigError (as make_sampler()).
  SampleGrid(const DiffusionConfig& diffusion, const SamplerConfig& sampler, std::vector<std::string> prompts,
             std::uint64_t seed);

  /// Models with the weights in place.
  struct Models {
    const ClipTokenizer& tokenizer;
    const ClipTextEncoder& text_encoder;
    const UNet& unet;
    const AutoencoderKL& autoencoder;
    double scaling_factor = 1;              ///< of the autoencoder's latents
    std::vector<std::int64_t> latent_shape; ///< C x H x W
  };

  std::int64_t num_images() const { return static_cast<std::int64_t>(prompts_.size()); }

  /// Images [first, first + count) as count x C x H x W, fp32, about [-1, 1]; no gradients. They are made one at a time, so an
  /// image is a function of the weights, the seed, its number and its prompt, whichever rank makes it (at the same number of
  /// threads). image_grid() shows them. Errors: InternalError (numbers beyond num_images(), or none).
  at::Tensor images(const Models& models, std::int64_t first, std::int64_t count) const;

 private:
  std::unique_ptr<DiffusionSampler> sampler_;
  Guidance guidance_;
  std::vector<std::string> prompts_;
  std::uint64_t seed_;
};

} // namespace radforge
