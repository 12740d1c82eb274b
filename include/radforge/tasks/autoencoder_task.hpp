#pragma once

#include "radforge/config/train_config.hpp"
#include "radforge/data/mixture.hpp"
#include "radforge/models/autoencoder_kl.hpp"
#include "radforge/models/patch_discriminator.hpp"
#include "radforge/train/task.hpp"

#include <optional>

namespace radforge {

/// Trains an AutoencoderKL: L1 distance of pixels and of image gradients, a little KL divergence, and if wanted the verdict of a
/// patch discriminator, which learns beside it with the hinge loss (Rombach et al. 2022).
class AutoencoderTask : public Task {
 public:
  /// The data outlive the task. Errors: ConfigError when model and images do not fit, or the data hold none.
  AutoencoderTask(const AutoencoderRunConfig& config, const Mixture& data, at::Device device = at::kCPU);

  ParameterSet& parameters() override { return parameters_; }
  std::vector<ParameterGroup> groups() override;
  StepInputs inputs(const Batch& batch, Purpose purpose) override;
  StepLoss loss(const StepInputs& inputs, Purpose purpose, std::int64_t step) override;
  PartLoss report(const Batch& batch, Purpose purpose, const at::Tensor& values) override;
  std::int64_t stage_of(std::int64_t step) const override;
  std::size_t num_sums() const override;
  /// The loss by its terms.
  std::vector<Metric> metrics_of(std::span<const double> sums, const std::string& prefix) const override;
  double flop_per_image() const override;
  /// Up to eight images, those of validation first, above what is made of them.
  std::optional<Image> picture(const at::Tensor& weights) override;
  /// `folder`/vae, with scaling_factor set to 1 / standard deviation of the latents of training images.
  void write_result(const std::filesystem::path& folder, const at::Tensor& weights) override;

 private:
  bool adversary_is_told(std::int64_t step) const;
  double latent_deviation(const at::Tensor& weights);
  /// Their images, as they are.
  at::Tensor images_of(std::span<const std::int64_t> ids) const;

  AutoencoderRunConfig config_;
  const Mixture& data_;
  ParameterSet parameters_;
  AutoencoderKL autoencoder_;
  std::optional<PatchDiscriminator> discriminator_;
};

} // namespace radforge
