#pragma once

#include "radforge/config/compute_config.hpp"
#include "radforge/config/model_config.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace radforge {

/// A data set, and which of its rows take part. An empty list lets everything through.
struct DataSourceConfig {
  std::string dataset; ///< folder that holds dataset.json
  double weight = 1;   ///< share of the samples that come from it, beside the other sources' weights; 0: it is not trained on
  std::string split = "train";
  std::vector<std::string> sites;
  std::vector<std::string> sexes;
  std::vector<std::string> age_groups;
  std::vector<std::string> views;
  double fraction = 1;         ///< of what passes: a smaller part lies in a larger one
  std::int64_t max_images = 0; ///< 0 = no limit
  std::int64_t subset = 0;     ///< key of the part; another one draws other patients
  std::int64_t folds = 1;      ///< parts of the patients that have none in common
  std::int64_t fold = 1;       ///< which of them, from 1
};

/// Random changes of training images, keyed by (sample, epoch). Zero is none.
struct AugmentationConfig {
  double max_shift = 0;            ///< of the side's length, each axis
  double max_rotation_degrees = 0; ///< either way
  double max_crop = 0;             ///< of the side's length: a window of 1 - this to 1 of it, anywhere inside, fills the image
  double max_scale = 0;            ///< size by a factor of 1 / (1 + this) to 1 + this
  double max_brightness = 0;       ///< of the full range, either way
  double max_contrast = 0;         ///< about the middle of the range, by a factor of 1 - this to 1 + this
  double flip_probability = 0;     ///< left to right; mirrored hearts are no natural radiographs

  bool operator==(const AugmentationConfig&) const = default;
};

struct DataConfig {
  std::vector<DataSourceConfig> sources;
  std::string findings = "same";    ///< of sources that differ in them: "same" refuses, or "intersection", or "union"
  std::vector<std::string> balance; ///< attributes or findings: each combination of their values has the same share of a source
  std::string validation_split = "validation"; ///< empty where nothing is trained: none is asked for
  AugmentationConfig augmentation;
  std::int64_t loader_threads = 1;
};

struct OptimizerConfig {
  double learning_rate = 1e-3;
  double final_learning_rate = 0;
  std::string schedule = "cosine"; ///< "constant", "linear" or "cosine", after the warm-up
  std::int64_t warmup_steps = 100;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0.01;
  double clip_norm = 1.0; ///< of the gradient over all parameters
  bool shard = false;     ///< each rank keeps its share of moments and average (ZeRO stage 1, Rajbhandari et al. 2020)
};

struct LoopConfig {
  std::int64_t steps = 1000;
  std::int64_t batch_size = 48;      ///< images a step over all ranks
  std::int64_t micro_batch_size = 0; ///< images a rank takes at once, gradients accumulated; 0 = its whole slice
  double ema_decay = 0.999;
  std::int64_t log_every_steps = 20;
  std::int64_t validate_every_steps = 500;
  std::int64_t validation_images = 96;
  std::int64_t sample_every_steps = 0; ///< 0 = no sample images
  std::string precision = "fp32";      ///< or "bf16": layers compute in it, weights, sums and optimizer stay fp32
  bool activation_checkpointing = false;
  std::string reduction = "fast";           ///< or "canonical": the same bits for any number of ranks that divides virtual_shards
  std::int64_t virtual_shards = 12;         ///< of the global batch, for the canonical reduction
  std::string reduction_precision = "fp32"; ///< or "bf16": what gradients travel in
  double bucket_mb = 4;                     ///< of gradient reduced at once, while the rest is still computed
  std::int64_t max_bad_steps = 10;          ///< in a row that are not finite and skipped, before a rollback and then the end
  double max_minutes = 0;                   ///< of one start, then a checkpoint and exit code 75; 0 = no limit
};

/// Seconds without progress in a phase after which the run is ended, exit code 5; 0 for none.
struct WatchdogConfig {
  double startup_s = 1800;
  double data_s = 600;
  double compute_s = 600;
  double collective_s = 600;
  double save_s = 1800;
};

struct CheckpointConfig {
  std::int64_t every_steps = 500;
  double every_minutes = 0; ///< beside the steps; 0 = by steps alone
  std::int64_t keep = 2;
};

/// Which of the validated steps is the result.
struct EarlyStoppingConfig {
  std::string metric; ///< of validation, low is good for a loss or an error; "" = none: the last step is the result
  std::int64_t patience =
      0; ///< validations in a row without a better value before training ends; 0 = it goes on to its last step
};

/// A part of a model that learns.
struct PartConfig {
  bool train = true;
  double learning_rate_scale = 1; ///< of the optimizer's learning rate
  std::int64_t until_step = 0;    ///< frozen from this step on; 0 = never
};

struct DiffusionPartsConfig {
  PartConfig unet;
  PartConfig text_encoder;
};

/// The noise process and the objective.
struct DiffusionConfig {
  std::string prediction_type = "v_prediction"; ///< or "epsilon", or "sample" (the clean latent)
  std::string beta_schedule = "scaled_linear";
  double beta_start = 0.00085;
  double beta_end = 0.012;
  std::int64_t num_train_timesteps = 1000;
  bool rescale_betas_zero_snr = false; ///< the last timestep is noise alone (Lin et al. 2023)
  double caption_dropout = 0.15;
  double min_snr_gamma = 0;      ///< Hang et al. 2023; 0 = every timestep weighs the same
  double noise_offset = 0;       ///< normal of this deviation added to the noise of each sample's channel
  double input_perturbation = 0; ///< Ning et al. 2023: noise of this deviation that the target does not know of
};

struct AutoencoderLossConfig {
  double gradient_weight = 1.0; ///< of the L1 distance of image gradients, beside the L1 distance of pixels
  double kl_weight = 1e-5;
  double adversarial_weight = 0;                ///< of a patch discriminator that learns beside (Esser et al. 2021); 0 = none
  std::int64_t adversarial_from_step = 0;       ///< the autoencoder is told of it from this step on
  std::int64_t discriminator_channels = 32;     ///< of its first layer; doubled at each
  std::int64_t discriminator_layers = 3;        ///< that halve the image
  double discriminator_learning_rate_scale = 1; ///< of the optimizer's learning rate
};

/// `task: autoencoder`.
struct AutoencoderRunConfig {
  std::string task = "autoencoder";
  std::int64_t seed = 1;
  DataConfig data;
  AutoencoderConfig autoencoder;
  AutoencoderLossConfig loss;
  LoopConfig train;
  OptimizerConfig optimizer;
  CheckpointConfig checkpoint;
  ComputeConfig compute;
  WatchdogConfig watchdog;
};

/// `task: diffusion`. Trains the UNet, the text encoder or both; the autoencoder is frozen.
struct DiffusionRunConfig {
  std::string task = "diffusion";
  std::int64_t seed = 1;
  DataConfig data;
  std::string pipeline;    ///< folder to start from: its models, tokenizer and weights; "" = random weights
  std::string autoencoder; ///< folder whose vae/ is used; "" = that of `pipeline`
  double kept_mb = 2048;   ///< of moments and text states that a rank keeps instead of computing them again
  TokenizerConfig tokenizer;
  TextEncoderConfig text_encoder;
  UNetConfig unet;
  DiffusionPartsConfig parts;
  DiffusionConfig diffusion;
  LoopConfig train;
  OptimizerConfig optimizer;
  CheckpointConfig checkpoint;
  ComputeConfig compute;
  WatchdogConfig watchdog;
};

void describe(Schema& schema, DataSourceConfig& config);
void describe(Schema& schema, AugmentationConfig& config);
void describe(Schema& schema, DataConfig& config);
void describe(Schema& schema, OptimizerConfig& config);
void describe(Schema& schema, LoopConfig& config);
void describe(Schema& schema, CheckpointConfig& config);
void describe(Schema& schema, WatchdogConfig& config);
void describe(Schema& schema, EarlyStoppingConfig& config);
void describe(Schema& schema, PartConfig& config);
void describe(Schema& schema, DiffusionPartsConfig& config);
void describe(Schema& schema, DiffusionConfig& config);
void describe(Schema& schema, AutoencoderLossConfig& config);
void describe(Schema& schema, AutoencoderRunConfig& config);
void describe(Schema& schema, DiffusionRunConfig& config);

} // namespace radforge
