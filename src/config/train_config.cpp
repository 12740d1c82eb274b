#include "radforge/config/train_config.hpp"

#include "radforge/config/schema.hpp"

namespace radforge {

namespace {
const Choices splits{"train", "validation", "test"};
} // namespace

void describe(Schema& schema, DataSourceConfig& config) {
  schema.field("dataset", config.dataset, "folder that holds dataset.json");
  schema.field("weight", config.weight, RealRange{1e-9, 1e9},
               "share of the samples that come from it, beside the others' weights");
  schema.field("split", config.split, splits, "patients that training sees; synthetic rows have no split and always take part");
  schema.field("sites", config.sites, "only these sites; empty for all");
  schema.field("sexes", config.sexes, Choices{"M", "F"}, "only these; empty for all, the unknown included");
  schema.field("age_groups", config.age_groups, Choices{"0-17", "18-39", "40-59", "60-79", "80+"},
               "only these; empty for all, the unknown included");
  schema.check(!config.dataset.empty(),
               "dataset is missing (training reads its shards) name the folder that prepare or generate has written");
}

void describe(Schema& schema, AugmentationConfig& config) {
  schema.field("max_shift", config.max_shift, RealRange{0, 1}, "of the side's length, each axis");
  schema.field("max_rotation_degrees", config.max_rotation_degrees, RealRange{0, 180}, "either way");
  schema.field("max_scale", config.max_scale, RealRange{0, 1}, "size by a factor of 1 / (1 + this) to 1 + this");
  schema.field("max_brightness", config.max_brightness, RealRange{0, 1}, "of the full range, either way");
  schema.field("max_contrast", config.max_contrast, RealRange{0, 1}, "by a factor of 1 - this to 1 + this");
  schema.field("flip_probability", config.flip_probability, RealRange{0, 1}, "left to right");
}

void describe(Schema& schema, DataConfig& config) {
  schema.list("sources", config.sources, "data sets, mixed by their weights");
  schema.field("validation_split", config.validation_split, splits, "patients that validation sees");
  schema.section("augmentation", config.augmentation, "random changes of training images, keyed by (sample, epoch)");
  schema.field("loader_threads", config.loader_threads, IntRange{1, 64}, "threads a rank that read images ahead");
  schema.check(!config.sources.empty(), "sources is empty (training reads their shards) list at least one data set");
}

void describe(Schema& schema, OptimizerConfig& config) {
  schema.field("learning_rate", config.learning_rate, RealRange{0, 10}, "of AdamW, after the warm-up");
  schema.field("final_learning_rate", config.final_learning_rate, RealRange{0, 10}, "at the last step");
  schema.field("schedule", config.schedule, Choices{"constant", "linear", "cosine"},
               "course of the learning rate after the warm-up");
  schema.field("warmup_steps", config.warmup_steps, IntRange{.least = 0}, "steps over which the learning rate rises from 0");
  schema.field("beta1", config.beta1, RealRange{0, 0.999999}, "decay of the first moment");
  schema.field("beta2", config.beta2, RealRange{0, 0.999999}, "decay of the second moment");
  schema.field("epsilon", config.epsilon, RealRange{1e-30, 1}, "added to the root of the second moment");
  schema.field("weight_decay", config.weight_decay, RealRange{0, 10}, "decoupled weight decay");
  schema.field("clip_norm", config.clip_norm, RealRange{1e-6, 1e9}, "largest norm of the gradient over all parameters");
}

void describe(Schema& schema, LoopConfig& config) {
  schema.field("steps", config.steps, IntRange{.least = 1}, "optimizer steps");
  schema.field("batch_size", config.batch_size, IntRange{1, 1'000'000}, "images a step, over all ranks");
  schema.field("micro_batch_size", config.micro_batch_size, IntRange{0, 1'000'000},
               "images a rank takes at once, gradients accumulated; 0 for its whole share");
  schema.field("ema_decay", config.ema_decay, RealRange{0, 1}, "decay of the moving average of the weights");
  schema.field("log_every_steps", config.log_every_steps, IntRange{.least = 1}, "steps between two lines of metrics");
  schema.field("validate_every_steps", config.validate_every_steps, IntRange{.least = 1}, "steps between two validations");
  schema.field("validation_images", config.validation_images, IntRange{1, 1'000'000},
               "images of the validation split used at most");
}

void describe(Schema& schema, CheckpointConfig& config) {
  schema.field("every_steps", config.every_steps, IntRange{.least = 1}, "steps between two checkpoints");
  schema.field("keep", config.keep, IntRange{1, 1000}, "newest checkpoints kept");
}

void describe(Schema& schema, DiffusionConfig& config) {
  schema.field("prediction_type", config.prediction_type, Choices{"v_prediction", "epsilon", "sample"},
               "what the network predicts");
  schema.field("beta_schedule", config.beta_schedule, Choices{"scaled_linear", "linear", "squaredcos_cap_v2"},
               "course of the noise over the timesteps");
  schema.field("beta_start", config.beta_start, RealRange{1e-9, 0.999}, "beta of the first timestep, of the linear courses");
  schema.field("beta_end", config.beta_end, RealRange{1e-9, 0.999}, "beta of the last timestep, of the linear courses");
  schema.field("num_train_timesteps", config.num_train_timesteps, IntRange{1, 100'000}, "timesteps of the noise process");
  schema.field("rescale_betas_zero_snr", config.rescale_betas_zero_snr,
               "makes the last timestep noise alone; not for epsilon, which says nothing of an image there");
  schema.field("caption_dropout", config.caption_dropout, RealRange{0, 1}, "share of the samples trained without their text");
  schema.field("min_snr_gamma", config.min_snr_gamma, RealRange{0, 1e6},
               "largest weight of a timestep's loss by its signal-to-noise ratio; 0 for equal weights");
  schema.field("noise_offset", config.noise_offset, RealRange{0, 10},
               "deviation of a shift of each channel's noise as a whole; 0 for none");
  schema.field("input_perturbation", config.input_perturbation, RealRange{0, 10},
               "deviation of noise that the target does not know of; 0 for none");
  schema.check(config.beta_start <= config.beta_end,
               "beta_start is above beta_end (noise must grow with the timestep) swap them");
  schema.check(!config.rescale_betas_zero_snr || config.prediction_type != "epsilon",
               "rescale_betas_zero_snr is on with prediction_type epsilon (the noise says nothing of an image where there is "
               "noise alone) predict v_prediction");
}

void describe(Schema& schema, AutoencoderLossConfig& config) {
  schema.field("gradient_weight", config.gradient_weight, RealRange{0, 1000}, "of the L1 distance of image gradients");
  schema.field("kl_weight", config.kl_weight, RealRange{0, 1000}, "of the Kullback-Leibler divergence of the latents");
}

void describe(Schema& schema, AutoencoderRunConfig& config) {
  schema.field("task", config.task, Choices{"autoencoder"}, "what is trained");
  schema.field("seed", config.seed, IntRange{.least = 0}, "keys all random numbers");
  schema.section("data", config.data, "which samples take part");
  schema.section("autoencoder", config.autoencoder, "the model, keys as diffusers names them");
  schema.section("loss", config.loss, "weights beside the L1 distance of pixels, which has weight 1");
  schema.section("train", config.train, "the training loop");
  schema.section("optimizer", config.optimizer, "AdamW and its schedule");
  schema.section("checkpoint", config.checkpoint, "what a run can resume from");
}

void describe(Schema& schema, DiffusionRunConfig& config) {
  schema.field("task", config.task, Choices{"diffusion"}, "what is trained");
  schema.field("seed", config.seed, IntRange{.least = 0}, "keys all random numbers");
  schema.section("data", config.data, "which samples take part");
  schema.field("autoencoder", config.autoencoder, "pipeline folder whose vae/ turns images into latents");
  schema.section("tokenizer", config.tokenizer, "the vocabulary");
  schema.section("text_encoder", config.text_encoder, "the model of the text, keys as transformers names them");
  schema.section("unet", config.unet, "the denoiser, keys as diffusers names them");
  schema.section("diffusion", config.diffusion, "the noise process and the objective");
  schema.section("train", config.train, "the training loop");
  schema.section("optimizer", config.optimizer, "AdamW and its schedule");
  schema.section("checkpoint", config.checkpoint, "what a run can resume from");
  schema.check(!config.autoencoder.empty(), "autoencoder is missing (images are trained on as latents) name its folder");
  schema.check(
      config.unet.cross_attention_dim == config.text_encoder.hidden_size,
      "unet.cross_attention_dim differs from text_encoder.hidden_size (the denoiser reads the text states) make them equal");
  schema.check(config.unet.in_channels == config.unet.out_channels,
               "unet.in_channels differs from unet.out_channels (a latent goes in and its noise comes out) make them equal");
}

} // namespace radforge
