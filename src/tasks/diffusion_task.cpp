#include "radforge/tasks/diffusion_task.hpp"

#include "radforge/core/error.hpp"
#include "radforge/models/model_digest.hpp"
#include "radforge/models/multiply_adds.hpp"
#include "radforge/models/pipeline_folder.hpp"
#include "radforge/models/token_ids.hpp"
#include "radforge/nn/device_copy.hpp"
#include "radforge/nn/image_grid.hpp"
#include "radforge/nn/keyed_random.hpp"
#include "radforge/nn/precision.hpp"

#include <ATen/ops/empty.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <iterator>
#include <numeric>

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

std::size_t kept_bytes(const DiffusionRunConfig& config) { return static_cast<std::size_t>(config.kept_mb * 1e6); }

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

DiffusionTask::DiffusionTask(const DiffusionRunConfig& config, const Mixture& data, const fs::path& tokenizer_folder,
                             at::Device device)
    : data_(data), tokenizer_folder_(tokenizer_folder), tokenizer_(tokenizer_folder),
      autoencoder_config_(read_autoencoder_config(with_models_of_pipeline(config).autoencoder)),
      schedule_(config.diffusion, device), prediction_(prediction_of(config.diffusion.prediction_type)),
      autoencoder_(autoencoder_config_, ParameterScope(frozen_, autoencoder_prefix)),
      text_encoder_(with_vocabulary(with_models_of_pipeline(config), tokenizer_).text_encoder,
                    scope_of(config.parts.text_encoder, trained_, frozen_, text_encoder_prefix), activations_of(config.train)),
      unet_(with_models_of_pipeline(config).unet, scope_of(config.parts.unet, trained_, frozen_, unet_prefix),
            activations_of(config.train)) {
  config_ = with_vocabulary(with_models_of_pipeline(config), tokenizer_);
  const DatasetSchema& schema = data.schema();
  if (schema.kind == ValueKind::latents) {
    require_made_by(schema, config_.autoencoder);
  }
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
  const ImageShape image = image_shape_of(schema);
  const std::int64_t multiple = autoencoder_.downscale() << (config_.unet.block_out_channels.size() - 1);
  if (image.channels != autoencoder_config_.in_channels || image.height != image.width || image.height % multiple != 0) {
    throw ConfigError(
        "images of {} x {} with {} channels do not fit (the autoencoder takes {} channels, and with the UNet's levels "
        "sides that divide by {}). Prepare other images, or change unet.block_out_channels",
        image.height, image.width, image.channels, autoencoder_config_.in_channels, multiple);
  }
  config_.unet.sample_size = image.height / autoencoder_.downscale();
  const at::ScalarType type = scalar_type_of(config_.train.precision);
  frozen_.allocate_frozen(type, device);
  trained_.allocate(static_cast<std::uint64_t>(config_.seed), type, device);
  load_start();
  const bool augmented = config_.data.augmentation != AugmentationConfig{};
  latent_source_ = std::make_unique<LatentSource>(data, autoencoder_,
                                                  LatentSource::Options{.seed = static_cast<std::uint64_t>(config_.seed),
                                                                        .device = device,
                                                                        .scaling_factor = autoencoder_config_.scaling_factor,
                                                                        .kept_bytes = augmented ? 0 : kept_bytes(config_)});
  if (!config_.parts.text_encoder.train) {
    open_text_states();
  }
}

void DiffusionTask::open_text_states() {
  const bool given = !config_.pipeline.empty(); // a text encoder of random weights has no folder that a cache was made by
  const std::vector<fs::path> caches = given ? data_.text_states() : std::vector<fs::path>();
  const std::string digest =
      caches.empty() ? std::string()
                     : text_encoder_digest(config_.text_encoder, read_text_encoder_weights(config_.pipeline), tokenizer_folder_);
  text_states_ = std::make_unique<TextStates>(TextStates::Model{tokenizer_, text_encoder_, digest, frozen_.device()}, caches,
                                              kept_bytes(config_));
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

at::Tensor DiffusionTask::latents(const Batch& batch) { return latent_source_->latents(batch); }

std::vector<std::string> DiffusionTask::prompts(const Batch& batch, Purpose purpose) const {
  std::vector<std::string> texts;
  const std::vector<RandomKey> keys = keys_of(batch, config_.seed, Stream::dropout);
  for (std::size_t i = 0; i < batch.turns.size(); ++i) {
    const bool dropped = purpose == Purpose::training && uniform(keys[i]) < static_cast<float>(config_.diffusion.caption_dropout);
    texts.push_back(dropped ? std::string() : data_.record(batch.turns[i].id).prompt);
  }
  return texts;
}

bool DiffusionTask::text_encoder_learns(std::int64_t step) const {
  const PartConfig& part = config_.parts.text_encoder;
  return part.train && ParameterGroup{.until_step = part.until_step}.learns_in(step);
}

std::int64_t DiffusionTask::stage_of(std::int64_t step) const { return text_encoder_learns(step) ? 0 : 1; }

at::Tensor DiffusionTask::timesteps(const Batch& batch) const {
  at::Tensor timesteps = at::empty({std::ssize(batch.turns)}, at::kLong);
  auto* place = timesteps.mutable_data_ptr<std::int64_t>();
  for (const RandomKey& key : keys_of(batch, config_.seed, Stream::timestep)) {
    *place++ = uniform_below(key, static_cast<std::uint32_t>(schedule_.num_timesteps()));
  }
  return timesteps;
}

// In the order in which loss() takes them.
StepInputs DiffusionTask::inputs(const Batch& batch, Purpose purpose) {
  const c10::NoGradGuard no_grad;
  const at::Tensor clean = latents(batch);
  const DiffusionConfig plain;
  const TrainingNoise noise = training_noise(
      purpose == Purpose::training ? config_.diffusion : plain,
      [&](Stream stream) { return keys_of(batch, config_.seed, stream); }, clean.sizes().slice(1).vec(), clean.device());
  const std::vector<std::string> texts = prompts(batch, purpose);
  const at::Tensor text = text_states_ ? text_states_->states(texts) : copied_to(token_ids(tokenizer_, texts), clean.device());
  return {clean, noise.input, noise.target, copied_to(timesteps(batch), clean.device()), text};
}

// Predicted against target, mean over the latent's values.
StepLoss DiffusionTask::loss(const StepInputs& inputs, Purpose purpose, std::int64_t step) {
  const at::Tensor& clean = inputs[0];
  const at::Tensor& noise = inputs[1];
  const at::Tensor& noise_to_find = inputs[2];
  const at::Tensor& timesteps = inputs[3];
  at::Tensor text = inputs[4];
  if (!text_states_) { // tokens
    const bool learns = purpose == Purpose::training && text_encoder_learns(step);
    const c10::AutoGradMode grad(learns && c10::GradMode::is_enabled());
    text = text_encoder_.forward(text);
  }
  const at::Tensor predicted = unet_.forward(schedule_.add_noise(clean, noise, timesteps), timesteps, text);
  const at::Tensor target = training_target(schedule_, prediction_, clean, noise_to_find, timesteps);
  at::Tensor losses = predicted.sub(target).square().flatten(1).mean(1);
  const double gamma = config_.diffusion.min_snr_gamma;
  if (purpose == Purpose::training && gamma > 0) {
    losses = losses.mul(min_snr_weights(schedule_, prediction_, gamma, timesteps));
  }
  return {losses.sum(), losses.detach()};
}

PartLoss DiffusionTask::report(const Batch& batch, Purpose /*purpose*/, const at::Tensor& values) {
  const auto count = static_cast<std::size_t>(values.numel());
  const std::span losses(values.const_data_ptr<float>(), count);
  const at::Tensor of_images = timesteps(batch);
  PerTimestepLoss by_timestep(schedule_.num_timesteps());
  by_timestep.add(losses, {of_images.const_data_ptr<std::int64_t>(), count});
  const std::span<const double> sums = by_timestep.values();
  return {.loss = std::accumulate(losses.begin(), losses.end(), 0.0), .sums = {sums.begin(), sums.end()}};
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
