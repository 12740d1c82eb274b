#include "radforge/tasks/diffusion_task.hpp"

#include "image_tensor.hpp"

#include "radforge/core/error.hpp"
#include "radforge/models/multiply_adds.hpp"
#include "radforge/models/pipeline_folder.hpp"
#include "radforge/nn/image_grid.hpp"
#include "radforge/nn/keyed_random.hpp"
#include "radforge/nn/precision.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/stack.h>
#include <c10/core/GradMode.h>

#include <algorithm>

namespace radforge {

namespace fs = std::filesystem;

namespace {

constexpr const char* unet_prefix = "unet.";
constexpr const char* text_encoder_prefix = "text_encoder.";
constexpr const char* autoencoder_prefix = "vae.";

DiffusionRunConfig with_vocabulary(DiffusionRunConfig config, const ClipTokenizer& tokenizer) {
  const std::int64_t known = tokenizer.vocab_size();
  if (config.text_encoder.vocab_size != 0 && config.text_encoder.vocab_size < known) {
    throw ConfigError("text_encoder.vocab_size is {} (the tokenizer has {} tokens). Leave it out, or give at least as many",
                      config.text_encoder.vocab_size, known);
  }
  config.text_encoder.vocab_size = std::max(config.text_encoder.vocab_size, known);
  return config;
}

ParameterScope scope_of(const PartConfig& part, ParameterSet& trained, ParameterSet& frozen, const char* prefix) {
  return ParameterScope(part.train ? trained : frozen, prefix);
}

std::vector<RandomKey> keys_of(const Batch& batch, std::int64_t seed, Stream stream) {
  std::vector<RandomKey> keys;
  for (const SampleTurn& turn : batch.turns) {
    keys.push_back({static_cast<std::uint64_t>(seed), stream, static_cast<std::uint64_t>(turn.id), turn.epoch});
  }
  return keys;
}

} // namespace

DiffusionRunConfig with_models_of_pipeline(DiffusionRunConfig config) {
  if (!config.pipeline.empty()) {
    config.unet = read_unet_config(config.pipeline);
    config.text_encoder = read_text_encoder_config(config.pipeline);
    if (config.autoencoder.empty()) {
      config.autoencoder = config.pipeline;
    }
  }
  return config;
}

DiffusionTask::DiffusionTask(const DiffusionRunConfig& config, const Mixture& data, const fs::path& tokenizer_folder)
    : data_(data), tokenizer_folder_(tokenizer_folder), tokenizer_(tokenizer_folder),
      autoencoder_config_(read_autoencoder_config(with_models_of_pipeline(config).autoencoder)), schedule_(config.diffusion),
      prediction_(prediction_of(config.diffusion.prediction_type)),
      autoencoder_(autoencoder_config_, ParameterScope(frozen_, autoencoder_prefix)),
      text_encoder_(with_vocabulary(with_models_of_pipeline(config), tokenizer_).text_encoder,
                    scope_of(config.parts.text_encoder, trained_, frozen_, text_encoder_prefix), activations_of(config.train)),
      unet_(with_models_of_pipeline(config).unet, scope_of(config.parts.unet, trained_, frozen_, unet_prefix),
            activations_of(config.train)) {
  config_ = with_vocabulary(with_models_of_pipeline(config), tokenizer_);
  if (config_.unet.in_channels != autoencoder_config_.latent_channels ||
      config_.unet.cross_attention_dim != config_.text_encoder.hidden_size) {
    throw ConfigError(
        "unet: in_channels {} and cross_attention_dim {} do not fit (the autoencoder's latents have {} channels, the "
        "text encoder's states are {} wide). Change unet or text_encoder",
        config_.unet.in_channels, config_.unet.cross_attention_dim, autoencoder_config_.latent_channels,
        config_.text_encoder.hidden_size);
  }
  if (tokenizer_.max_length() > config_.text_encoder.max_position_embeddings) {
    throw ConfigError("{} makes texts of {} tokens (text_encoder.max_position_embeddings is {}). Take parts that belong together",
                      tokenizer_folder.string(), tokenizer_.max_length(), config_.text_encoder.max_position_embeddings);
  }
  const DatasetSchema& schema = data.schema();
  const std::int64_t multiple = autoencoder_.downscale() << (config_.unet.block_out_channels.size() - 1);
  if (schema.channels != autoencoder_config_.in_channels || schema.height != schema.width || schema.height % multiple != 0) {
    throw ConfigError(
        "images of {} x {} with {} channels do not fit (the autoencoder takes {} channels, and with the UNet's levels "
        "sides that divide by {}). Prepare other images, or change unet.block_out_channels",
        schema.height, schema.width, schema.channels, autoencoder_config_.in_channels, multiple);
  }
  config_.unet.sample_size = schema.height / autoencoder_.downscale();
  const at::ScalarType type = scalar_type_of(config_.train.precision);
  frozen_.allocate_frozen(type);
  trained_.allocate(static_cast<std::uint64_t>(config_.seed), type);
  load_start();
}

void DiffusionTask::load_start() {
  frozen_.load(frozen_.flat(), read_autoencoder_weights(config_.autoencoder), autoencoder_prefix,
               fmt::format("weights of the autoencoder in {}", config_.autoencoder));
  const auto load = [&](const PartConfig& part, const char* prefix, const StateDict& weights) {
    ParameterSet& parameters = part.train ? trained_ : frozen_;
    parameters.load(parameters.flat(), weights, prefix, fmt::format("weights of {}{}", prefix, config_.pipeline));
  };
  if (!config_.pipeline.empty()) {
    load(config_.parts.unet, unet_prefix, read_unet_weights(config_.pipeline));
    load(config_.parts.text_encoder, text_encoder_prefix, read_text_encoder_weights(config_.pipeline));
    trained_.refresh();
  }
}

std::vector<ParameterGroup> DiffusionTask::groups() {
  std::vector<ParameterGroup> groups;
  const auto add = [&](const PartConfig& part, const char* prefix) {
    if (part.train) {
      groups.push_back({trained_.range(prefix), part.learning_rate_scale, part.until_step});
    }
  };
  add(config_.parts.text_encoder, text_encoder_prefix);
  add(config_.parts.unet, unet_prefix);
  return groups;
}

at::Tensor DiffusionTask::latents(const Batch& batch) {
  const c10::NoGradGuard no_grad;
  if (config_.data.augmentation != AugmentationConfig{}) {
    moments_.clear(); // the images are other ones each time
  }
  // One at a time: the bits of a latent do not depend on which images a batch or an earlier start of the run held.
  const std::size_t image = batch.turns.empty() ? 0 : batch.pixels.size() / batch.turns.size();
  for (std::size_t i = 0; i < batch.turns.size(); ++i) {
    if (!moments_.contains(batch.turns[i].id)) {
      const auto pixels = batch.pixels.begin() + static_cast<std::ptrdiff_t>(i * image);
      const Batch fresh{batch.step, {batch.turns[i]}, {pixels, pixels + static_cast<std::ptrdiff_t>(image)}};
      const LatentMoments moments = autoencoder_.encode(image_tensor(fresh, data_.schema()));
      moments_[batch.turns[i].id] = {moments.mean[0].clone(), moments.log_variance[0].clone()};
    }
  }
  std::vector<at::Tensor> means;
  std::vector<at::Tensor> log_variances;
  for (const SampleTurn& turn : batch.turns) {
    means.push_back(moments_.at(turn.id).mean);
    log_variances.push_back(moments_.at(turn.id).log_variance);
  }
  const at::Tensor mean = at::stack(means);
  const at::Tensor noise = keyed_normals(keys_of(batch, config_.seed, Stream::posterior), mean.sizes().slice(1).vec());
  return mean.add(at::stack(log_variances).mul(0.5).exp().mul(noise)).mul(autoencoder_config_.scaling_factor);
}

at::Tensor DiffusionTask::token_ids(const Batch& batch, Purpose purpose) const {
  const auto count = static_cast<std::int64_t>(batch.turns.size());
  at::Tensor ids = at::empty({count, tokenizer_.max_length()}, at::kLong);
  const std::vector<RandomKey> keys = keys_of(batch, config_.seed, Stream::dropout);
  for (std::size_t i = 0; i < batch.turns.size(); ++i) {
    const bool dropped = purpose == Purpose::training && uniform(keys[i]) < static_cast<float>(config_.diffusion.caption_dropout);
    const std::vector<std::int64_t> row = tokenizer_.encode(dropped ? "" : data_.record(batch.turns[i].id).prompt);
    std::copy(row.begin(), row.end(),
              ids.mutable_data_ptr<std::int64_t>() + static_cast<std::ptrdiff_t>(i) * tokenizer_.max_length());
  }
  return ids;
}

at::Tensor DiffusionTask::text_states(const Batch& batch, Purpose purpose) const {
  const ParameterGroup learning{.until_step = config_.parts.text_encoder.until_step};
  const bool learns = config_.parts.text_encoder.train && purpose == Purpose::training && learning.learns_in(batch.step);
  const c10::AutoGradMode grad(learns && c10::GradMode::is_enabled());
  return text_encoder_.forward(token_ids(batch, purpose));
}

// Predicted against target, mean over the latent's values.
DiffusionTask::Losses DiffusionTask::losses(const Batch& batch, Purpose purpose) {
  const at::Tensor clean = latents(batch);
  const DiffusionConfig plain;
  const TrainingNoise noise = training_noise(
      purpose == Purpose::training ? config_.diffusion : plain,
      [&](Stream stream) { return keys_of(batch, config_.seed, stream); }, clean.sizes().slice(1).vec());
  at::Tensor timesteps = at::empty({clean.size(0)}, at::kLong);
  const std::vector<RandomKey> keys = keys_of(batch, config_.seed, Stream::timestep);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    timesteps.mutable_data_ptr<std::int64_t>()[i] = uniform_below(keys[i], static_cast<std::uint32_t>(schedule_.num_timesteps()));
  }
  const at::Tensor noisy = schedule_.add_noise(clean, noise.input, timesteps);
  const at::Tensor predicted = unet_.forward(noisy, timesteps, text_states(batch, purpose));
  const at::Tensor target = training_target(schedule_, prediction_, clean, noise.target, timesteps);
  at::Tensor losses = predicted.sub(target).square().flatten(1).mean(1);
  const double gamma = config_.diffusion.min_snr_gamma;
  if (purpose == Purpose::training && gamma > 0) {
    losses = losses.mul(min_snr_weights(schedule_, prediction_, gamma, timesteps));
  }
  return {losses, timesteps};
}

PartLoss DiffusionTask::part_of(const Losses& losses, double loss) const {
  const at::Tensor values = losses.losses.detach().contiguous();
  const auto count = static_cast<std::size_t>(values.numel());
  PerTimestepLoss by_timestep(schedule_.num_timesteps());
  by_timestep.add({values.const_data_ptr<float>(), count}, {losses.timesteps.const_data_ptr<std::int64_t>(), count});
  const std::span<const double> sums = by_timestep.values();
  return {.loss = loss, .sums = {sums.begin(), sums.end()}};
}

PartLoss DiffusionTask::accumulate(const Batch& batch, std::int64_t global_batch_size) {
  const Losses of_images = losses(batch, Purpose::training);
  const at::Tensor loss = of_images.losses.sum().div(static_cast<double>(global_batch_size));
  loss.backward();
  return part_of(of_images, loss.item<double>());
}

PartLoss DiffusionTask::validate(const Batch& batch) {
  const c10::NoGradGuard no_grad;
  const Losses of_images = losses(batch, Purpose::validation);
  return part_of(of_images, of_images.losses.sum().item<double>());
}

std::vector<Metric> DiffusionTask::metrics_of(std::span<const double> sums, const std::string& prefix) const {
  PerTimestepLoss by_timestep(schedule_.num_timesteps());
  std::ranges::copy(sums, by_timestep.values().begin());
  std::vector<Metric> metrics;
  for (const PerTimestepLoss::Bin& bin : by_timestep.bins()) {
    metrics.push_back({fmt::format("{}_t{}-{}", prefix, bin.first, bin.last), bin.mean});
  }
  return metrics;
}

double DiffusionTask::flop_per_image() const {
  const auto use = [](const PartConfig& part, PartUse otherwise) { return part.train ? PartUse::trained : otherwise; };
  const std::int64_t side = config_.unet.sample_size;
  const std::int64_t tokens = tokenizer_.max_length();
  const MultiplyAdds unet = training_multiply_adds(unet_multiply_adds(config_.unet, side, side, tokens),
                                                   use(config_.parts.unet, PartUse::passes_through));
  const MultiplyAdds text_encoder = training_multiply_adds(text_encoder_multiply_adds(config_.text_encoder, tokens),
                                                           use(config_.parts.text_encoder, PartUse::forward));
  return (unet + text_encoder).flop();
}

std::vector<std::string> DiffusionTask::pictured_prompts() const {
  constexpr std::size_t most = 8;
  std::vector<std::string> prompts;
  const auto add = [&](std::int64_t id) {
    const std::string& prompt = data_.record(id).prompt;
    if (prompts.size() < most && std::ranges::find(prompts, prompt) == prompts.end()) {
      prompts.push_back(prompt);
    }
  };
  std::ranges::for_each(data_.validation(), add);
  for (const SamplerSource& source : data_.training()) {
    std::ranges::for_each(source.ids, add);
  }
  return prompts;
}

std::optional<Image> DiffusionTask::picture(const at::Tensor& weights) {
  constexpr int columns = 4;
  const ScopedWeights averaged(trained_, weights);
  const SampleGrid grid(config_.diffusion, SamplerConfig{}, pictured_prompts(), static_cast<std::uint64_t>(config_.seed));
  const std::int64_t side = config_.unet.sample_size;
  const at::Tensor images = grid.images({.tokenizer = tokenizer_,
                                         .text_encoder = text_encoder_,
                                         .unet = unet_,
                                         .autoencoder = autoencoder_,
                                         .scaling_factor = autoencoder_config_.scaling_factor,
                                         .latent_shape = {autoencoder_config_.latent_channels, side, side}},
                                        0, grid.num_images());
  return image_grid(images.to(at::kFloat), columns);
}

StateDict DiffusionTask::weights_of(const std::string& prefix, const PartConfig& part, const at::Tensor& weights) {
  return part.train ? trained_.views(weights, prefix) : frozen_.views(frozen_.flat(), prefix);
}

void DiffusionTask::write_result(const fs::path& folder, const at::Tensor& weights) {
  write_pipeline(folder, {.unet = config_.unet,
                          .text_encoder = config_.text_encoder,
                          .autoencoder = autoencoder_config_,
                          .diffusion = config_.diffusion,
                          .tokenizer = tokenizer_folder_,
                          .unet_weights = weights_of(unet_prefix, config_.parts.unet, weights),
                          .text_encoder_weights = weights_of(text_encoder_prefix, config_.parts.text_encoder, weights),
                          .autoencoder_weights = read_autoencoder_weights(config_.autoencoder)});
}

} // namespace radforge
