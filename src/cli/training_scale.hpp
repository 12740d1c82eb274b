#pragma once

#include "training_cost.hpp"

#include "radforge/config/classifier_run_config.hpp"
#include "radforge/config/train_config.hpp"
#include "radforge/nn/parameter_set.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace radforge {

/// The models of a training as its configuration describes them, without memory. The autoencoder that a diffusion model looks
/// through is not among them: it is another run's.
struct DescribedModels {
  explicit DescribedModels(const AutoencoderRunConfig& config);
  explicit DescribedModels(const DiffusionRunConfig& config);
  explicit DescribedModels(const ClassifierRunConfig& config);

  ParameterSet trained; ///< of a diffusion model under "unet." and "text_encoder."
  ParameterSet frozen;
};

/// The arithmetic of these models at images, or latents, of height x width.
std::vector<PartCost> parts_of(const AutoencoderRunConfig& config, std::int64_t height, std::int64_t width);
std::vector<PartCost> parts_of(const DiffusionRunConfig& config, std::int64_t height, std::int64_t width);
std::vector<PartCost> parts_of(const ClassifierRunConfig& config, std::int64_t height, std::int64_t width);

/// Puts in the vocabulary that training is yet to learn, as large as it can become; what was assumed, a sentence or nothing.
std::string assume_vocabulary(DiffusionRunConfig& config);

/// How large a training is, in the three numbers that scaling laws speak of.
struct TrainingScale {
  std::int64_t num_parameters = 0; ///< N: trained ones
  std::int64_t num_samples = 0;    ///< D: images seen, each as often as it is seen
  std::int64_t num_steps = 0;
  double flop = 0;        ///< of these models, forward and backward; an autoencoder that they look through is not counted
  std::string assumption; ///< what is not known without the data, a sentence or nothing
};

/// Of a training's configuration, with the size of its images as far as the data are there; nothing of what is no training.
/// Errors: ConfigError, DataError.
std::optional<TrainingScale> training_scale(const std::filesystem::path& config, const std::vector<std::string>& overrides);

/// What a finished training found out about its models, as overrides for `training_scale`: outputs, vocabulary. Errors:
/// DataError, IoError.
std::vector<std::string> found_by_training(const std::filesystem::path& run);

} // namespace radforge
