#pragma once

#include "radforge/config/train_config.hpp"
#include "radforge/data/mixture.hpp"
#include "radforge/models/autoencoder_kl.hpp"
#include "radforge/train/task.hpp"

namespace radforge {

/// Trains an AutoencoderKL: L1 distance of pixels and of image gradients, and a little KL divergence (Rombach et al. 2022 without
/// the discriminator).
class AutoencoderTask : public Task {
 public:
  /// The data outlive the task. Errors: ConfigError when model and images do not fit.
  AutoencoderTask(const AutoencoderRunConfig& config, const Mixture& data);

  ParameterSet& parameters() override { return parameters_; }
  PartLoss accumulate(const Batch& batch, std::int64_t global_batch_size) override;
  PartLoss validate(const Batch& batch) override;
  /// `folder`/vae, with scaling_factor set to 1 / standard deviation of the latents of training images.
  void write_result(const std::filesystem::path& folder, const at::Tensor& weights) override;

 private:
  at::Tensor loss_sum(const Batch& batch) const;
  double latent_deviation(const at::Tensor& weights);

  AutoencoderRunConfig config_;
  const Mixture& data_;
  ParameterSet parameters_;
  AutoencoderKL autoencoder_;
};

} // namespace radforge
