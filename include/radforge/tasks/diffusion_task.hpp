#pragma once

#include "radforge/config/train_config.hpp"
#include "radforge/data/mixture.hpp"
#include "radforge/diffusion/noise_schedule.hpp"
#include "radforge/diffusion/objective.hpp"
#include "radforge/diffusion/per_timestep_loss.hpp"
#include "radforge/models/autoencoder_kl.hpp"
#include "radforge/models/clip_text_encoder.hpp"
#include "radforge/models/clip_tokenizer.hpp"
#include "radforge/models/unet.hpp"
#include "radforge/tasks/latent_source.hpp"
#include "radforge/tasks/sample_grid.hpp"
#include "radforge/tasks/text_states.hpp"
#include "radforge/train/task.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace radforge {

/// Trains a text-conditioned latent diffusion model: UNet, text encoder or both learn, the autoencoder is frozen. The data are
/// images, which it encodes, or latents; states of texts are read where the data have them and the text encoder is frozen.
/// Training drops captions, perturbs noise and weighs timesteps as the configuration says; validation does none of it.
class DiffusionTask : public Task {
 public:
  /// Starts from the weights of `config.pipeline`, or from random ones. `config.text_encoder.vocab_size` is taken from the
  /// tokenizer in `tokenizer_folder`. The data outlive the task. Errors: DataError, IoError (folders to start from), ConfigError
  /// when the parts do not fit together, or other ones made the latents or text states of the data.
  DiffusionTask(const DiffusionRunConfig& config, const Mixture& data, const std::filesystem::path& tokenizer_folder,
                at::Device device = at::kCPU);

  ParameterSet& parameters() override { return trained_; }
  std::vector<ParameterGroup> groups() override;
  StepInputs inputs(const Batch& batch, Purpose purpose) override;
  StepLoss loss(const StepInputs& inputs, Purpose purpose, std::int64_t step) override;
  PartLoss report(const Batch& batch, Purpose purpose, const at::Tensor& values) override;
  std::int64_t stage_of(std::int64_t step) const override;
  /// Losses by timestep: `loss_t0-99` and so on.
  std::size_t num_sums() const override { return 2 * PerTimestepLoss::num_bins; }
  std::vector<Metric> metrics_of(std::span<const double> sums, const std::string& prefix) const override;
  double flop_per_image() const override;
  /// Samples of up to eight prompts, those of validation images first.
  std::optional<Image> picture(const at::Tensor& weights) override;
  /// The whole pipeline folder.
  void write_result(const std::filesystem::path& folder, const at::Tensor& weights) override;

 private:
  std::vector<std::string> pictured_prompts() const;
  at::Tensor latents(const Batch& batch);
  bool text_encoder_learns(std::int64_t step) const;
  at::Tensor timesteps(const Batch& batch) const;
  std::vector<std::string> prompts(const Batch& batch, Purpose purpose) const;
  void open_text_states();
  void load_start();
  StateDict weights_of(const std::string& prefix, const PartConfig& part, const at::Tensor& weights);

  DiffusionRunConfig config_;
  const Mixture& data_;
  std::filesystem::path tokenizer_folder_;
  ClipTokenizer tokenizer_;
  AutoencoderConfig autoencoder_config_;
  NoiseSchedule schedule_;
  Prediction prediction_;

  ParameterSet trained_;
  ParameterSet frozen_;
  AutoencoderKL autoencoder_;
  ClipTextEncoder text_encoder_;
  UNet unet_;

  std::unique_ptr<LatentSource> latent_source_;
  std::unique_ptr<TextStates> text_states_; ///< none where the text encoder learns
};

/// Where the models of a run come from: with `config.pipeline` its models and, if no other is named, its autoencoder. Errors:
/// DataError, IoError.
DiffusionRunConfig with_models_of_pipeline(DiffusionRunConfig config);

} // namespace radforge
