#include "radforge/config/train_config.hpp"

#include "radforge/config/schema.hpp"

#include <algorithm>

namespace radforge {

namespace {
const Choices splits{"train", "validation", "test"};
} // namespace

void describe(Schema& schema, DataSourceConfig& config) {
  schema.field("dataset", config.dataset, "folder that holds dataset.json");
  schema.field("weight", config.weight, RealRange{0, 1e9},
               "share of the samples that come from it, beside the others' weights; 0: validation and test images alone");
  schema.field("split", config.split, splits, "patients that training sees; synthetic rows have no split and always take part");
  schema.field("sites", config.sites, "only these sites; empty for all");
  schema.field("sexes", config.sexes, Choices{"M", "F"}, "only these; empty for all, the unknown included");
  schema.field("age_groups", config.age_groups, Choices{"0-17", "18-39", "40-59", "60-79", "80+"},
               "only these; empty for all, the unknown included");
  schema.field("views", config.views, "only these, such as PA; empty for all, the unknown included");
  schema.field(
      "fraction", config.fraction, RealRange{1e-9, 1},
      "of the training images that pass, patients whole; the images of a smaller fraction are among those of a larger one");
  schema.field("max_images", config.max_images, IntRange{0}, "training images at most, chosen in the same order; 0 for no limit");
  schema.field("subset", config.subset, IntRange{0}, "key of that order; another one draws other patients");
  schema.field("folds", config.folds, IntRange{1, 1000},
               "parts into which the training images fall before that, by patient, about equally large; no patient is in two");
  schema.field("fold", config.fold, IntRange{1, 1000}, "which of them is taken");
  schema.check(config.fold <= config.folds, "fold is above folds (there is no such part) lower it, or raise folds");
  schema.check(!config.dataset.empty(),
               "dataset is missing (training reads its shards) name the folder that prepare or generate has written");
}

void describe(Schema& schema, AugmentationConfig& config) {
  schema.field("max_shift", config.max_shift, RealRange{0, 1}, "of the side's length, each axis");
  schema.field("max_rotation_degrees", config.max_rotation_degrees, RealRange{0, 180}, "either way");
  schema.field("max_crop", config.max_crop, RealRange{0, 0.9},
               "of the side's length: a window of 1 - this to 1 of it, anywhere inside, fills the image");
  schema.field("max_scale", config.max_scale, RealRange{0, 1}, "size by a factor of 1 / (1 + this) to 1 + this");
  schema.field("max_brightness", config.max_brightness, RealRange{0, 1}, "of the full range, either way");
  schema.field("max_contrast", config.max_contrast, RealRange{0, 1}, "by a factor of 1 - this to 1 + this");
  schema.field("flip_probability", config.flip_probability, RealRange{0, 1}, "left to right");
}

void describe(Schema& schema, DataConfig& config) {
  schema.list("sources", config.sources, "data sets, mixed by their weights");
  schema.field("findings", config.findings, Choices{"same", "intersection", "union"},
               "of sources that differ in them: refuse, keep those that all have, or take all and leave unknown what a source "
               "does not say");
  schema.field("balance", config.balance,
               "sex, age_group, race, view, site or a finding: each combination of their values has the same share of a source's "
               "samples");
  schema.field("validation_split", config.validation_split, splits, "patients that validation sees");
  schema.section("augmentation", config.augmentation, "random changes of training images, keyed by (sample, epoch)");
  schema.field("loader_threads", config.loader_threads, IntRange{1, 64}, "threads a rank that read images ahead");
  schema.check(!config.sources.empty(), "sources is empty (training reads their shards) list at least one data set");
  schema.check(config.sources.empty() ||
                   std::ranges::any_of(config.sources, [](const DataSourceConfig& source) { return source.weight > 0; }),
               "every source has weight 0 (none would train) raise one");
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
  schema.field("shard", config.shard, "each rank keeps its share of moments and average only (ZeRO stage 1); the same results");
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
  schema.field("sample_every_steps", config.sample_every_steps, IntRange{.least = 0},
               "steps between two sheets of sample images, of tasks that have them; 0 for none");
  schema.field("precision", config.precision, Choices{"fp32", "bf16"},
               "what layers compute in; weights, sums of gradients and the optimizer stay fp32");
  schema.field("activation_checkpointing", config.activation_checkpointing,
               "compute activations again in the backward pass instead of keeping them: less memory, a third more work");
  schema.field("reduction", config.reduction, Choices{"fast", "canonical"},
               "canonical: the same weights bit for bit for any number of ranks that divides virtual_shards");
  schema.field("virtual_shards", config.virtual_shards, IntRange{1, 100'000},
               "parts of the global batch whose gradients are summed in one fixed tree, for the canonical reduction");
  schema.field("reduction_precision", config.reduction_precision, Choices{"fp32", "bf16"}, "what gradients travel in");
  schema.field("bucket_mb", config.bucket_mb, RealRange{0.001, 4096},
               "gradient reduced at once, while the backward pass goes on");
  schema.field("max_bad_steps", config.max_bad_steps, IntRange{.least = 1},
               "steps in a row that are not finite and skipped before the run rolls back once, and then ends with exit code 6");
  schema.field("max_minutes", config.max_minutes, RealRange{0, 1e7},
               "of one start, then a checkpoint and exit code 75; 0 for no limit");
  schema.check(config.reduction == "fast" || config.batch_size % config.virtual_shards == 0,
               "batch_size does not divide by virtual_shards (the canonical reduction cuts each step into that many equal parts) "
               "change one of them");
  schema.check(config.reduction == "fast" || config.reduction_precision == "fp32",
               "reduction_precision is bf16 with the canonical reduction (it sums in fp32) choose one of them");
}

void describe(Schema& schema, CheckpointConfig& config) {
  schema.field("every_steps", config.every_steps, IntRange{.least = 1}, "steps between two checkpoints");
  schema.field("every_minutes", config.every_minutes, RealRange{0, 1e7},
               "minutes between two checkpoints, beside the steps; 0 for by steps alone");
  schema.field("keep", config.keep, IntRange{2, 1000}, "newest checkpoints kept");
}

void describe(Schema& schema, WatchdogConfig& config) {
  const RealRange range{0, 1e6};
  schema.field("startup_s", config.startup_s, range, "before the first step");
  schema.field("data_s", config.data_s, range, "for the images of a step");
  schema.field("compute_s", config.compute_s, range, "between two exchanges between ranks");
  schema.field("collective_s", config.collective_s, range, "in an exchange between ranks");
  schema.field("save_s", config.save_s, range, "for a checkpoint to be finished");
}

void describe(Schema& schema, EarlyStoppingConfig& config) {
  schema.field("metric", config.metric,
               "of validation, whose best step is the result, low for a loss or an error; empty: the last step is");
  schema.field("patience", config.patience, IntRange{.least = 0},
               "validations in a row without a better value before training ends; 0: it goes on to its last step");
  schema.check(config.patience == 0 || !config.metric.empty(),
               "patience is set without a metric (there is nothing to wait for) name a metric");
}

void describe(Schema& schema, PartConfig& config) {
  schema.field("train", config.train, "whether it learns");
  schema.field("learning_rate_scale", config.learning_rate_scale, RealRange{0, 1000}, "of optimizer.learning_rate");
  schema.field("until_step", config.until_step, IntRange{.least = 0}, "frozen from this step on; 0 for never");
}

void describe(Schema& schema, DiffusionPartsConfig& config) {
  schema.section("unet", config.unet, "the denoiser");
  schema.section("text_encoder", config.text_encoder, "the model of the text");
  schema.check(config.unet.train || config.text_encoder.train, "no part learns (nothing to train) switch one on");
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
  schema.field("adversarial_weight", config.adversarial_weight, RealRange{0, 1000},
               "of a patch discriminator that learns beside the autoencoder; 0 for none");
  schema.field("adversarial_from_step", config.adversarial_from_step, IntRange{.least = 0},
               "the autoencoder is told of the discriminator from this step on; that learns from the first");
  schema.field("discriminator_channels", config.discriminator_channels, IntRange{8, 4096},
               "of the discriminator's first layer, doubled at each, a multiple of 8");
  schema.field("discriminator_layers", config.discriminator_layers, IntRange{1, 8}, "that halve the image");
  schema.field("discriminator_learning_rate_scale", config.discriminator_learning_rate_scale, RealRange{0, 1000},
               "of optimizer.learning_rate");
  schema.check(config.discriminator_channels % 8 == 0,
               "discriminator_channels does not divide by 8 (its norms have 8 groups) give a multiple");
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
  schema.section("compute", config.compute, "where the models compute");
  schema.section("watchdog", config.watchdog, "seconds without progress after which a run is ended with exit code 5; 0 for none");
}

void describe(Schema& schema, DiffusionRunConfig& config) {
  schema.field("task", config.task, Choices{"diffusion"}, "what is trained");
  schema.field("seed", config.seed, IntRange{.least = 0}, "keys all random numbers");
  schema.section("data", config.data, "which samples take part");
  schema.field("pipeline", config.pipeline,
               "pipeline folder to start from; its models count then, not the sections below; empty for random weights");
  schema.field("autoencoder", config.autoencoder,
               "pipeline folder whose vae/ turns images into latents; empty for that of `pipeline`");
  schema.field("kept_mb", config.kept_mb, RealRange{0, 1e7},
               "memory in which a rank keeps the encoded form of images that are not augmented, and again as much for the texts "
               "of a frozen text encoder; what finds no room is computed each time");
  schema.section("tokenizer", config.tokenizer, "the vocabulary");
  schema.section("text_encoder", config.text_encoder, "the model of the text, keys as transformers names them");
  schema.section("unet", config.unet, "the denoiser, keys as diffusers names them");
  schema.section("parts", config.parts, "what learns, and how fast");
  schema.section("diffusion", config.diffusion, "the noise process and the objective");
  schema.section("train", config.train, "the training loop");
  schema.section("optimizer", config.optimizer, "AdamW and its schedule");
  schema.section("checkpoint", config.checkpoint, "what a run can resume from");
  schema.section("compute", config.compute, "where the models compute");
  schema.section("watchdog", config.watchdog, "seconds without progress after which a run is ended with exit code 5; 0 for none");
  schema.check(!config.autoencoder.empty() || !config.pipeline.empty(),
               "autoencoder and pipeline are missing (images are trained on as latents) name the folder of one");
  schema.check(
      config.unet.cross_attention_dim == config.text_encoder.hidden_size,
      "unet.cross_attention_dim differs from text_encoder.hidden_size (the denoiser reads the text states) make them equal");
  schema.check(config.unet.in_channels == config.unet.out_channels,
               "unet.in_channels differs from unet.out_channels (a latent goes in and its noise comes out) make them equal");
}

} // namespace radforge
