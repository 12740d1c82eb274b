#pragma once

#include "radforge/config/train_config.hpp"
#include "radforge/data/mixture.hpp"
#include "radforge/diffusion/noise_schedule.hpp"
#include "radforge/diffusion/objective.hpp"
#include "radforge/models/autoencoder_kl.hpp"
#include "radforge/models/clip_text_encoder.hpp"
#include "radforge/models/clip_tokenizer.hpp"
#include "radforge/models/unet.hpp"
#include "radforge/train/task.hpp"

#include <filesystem>
#include <unordered_map>

namespace radforge {

/// Trains a text-conditioned latent diffusion model: UNet and text encoder learn, the autoencoder is frozen.
class DiffusionTask : public Task {
 public:
  /// `config.text_encoder.vocab_size` is taken from the tokenizer in `tokenizer_folder`. The data outlive the task.
  /// Errors: DataError, IoError (autoencoder, tokenizer), ConfigError when the parts do not fit together.
  DiffusionTask(const DiffusionRunConfig& config, const Mixture& data, const std::filesystem::path& tokenizer_folder);

  ParameterSet& parameters() override { return parameters_; }
  double accumulate(const Batch& batch, std::int64_t global_batch_size) override;
  double validation_loss_sum(const Batch& batch) override;
  /// The whole pipeline folder.
  void write_result(const std::filesystem::path& folder, const at::Tensor& weights) override;

 private:
  /// Training drops captions, perturbs noise and weighs timesteps as the configuration says; validation does none of it, so that
  /// its losses can be compared between such settings.
  enum class Purpose { training, validation };

  at::Tensor loss_sum(const Batch& batch, Purpose purpose);
  at::Tensor latents(const Batch& batch);
  at::Tensor token_ids(const Batch& batch, Purpose purpose) const;

  DiffusionRunConfig config_;
  const Mixture& data_;
  std::filesystem::path tokenizer_folder_;
  ClipTokenizer tokenizer_;

  AutoencoderConfig autoencoder_config_;
  ParameterSet frozen_;
  AutoencoderKL autoencoder_;
  // Moments of an image that is not augmented do not change while the autoencoder is frozen: each is encoded once a rank and
  // kept.
  std::unordered_map<std::int64_t, LatentMoments> moments_;

  NoiseSchedule schedule_;
  Prediction prediction_;
  ParameterSet parameters_;
  ClipTextEncoder text_encoder_;
  UNet unet_;
};

} // namespace radforge
