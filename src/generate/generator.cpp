#include "radforge/generate/generator.hpp"

#include "radforge/core/error.hpp"
#include "radforge/diffusion/diffusion_sampler.hpp"
#include "radforge/diffusion/guided_samples.hpp"
#include "radforge/models/pipeline.hpp"
#include "radforge/models/scheduler_file.hpp"
#include "radforge/models/token_ids.hpp"
#include "radforge/nn/image_grid.hpp"
#include "radforge/nn/precision.hpp"

#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <array>

namespace radforge {

struct Generator::State {
  State(const PipelineContent& content, const GenerateConfig& config)
      : models(content.unet, content.text_encoder, content.autoencoder),
        tokenizer(content.tokenizer), latent_shape{content.unet.in_channels, content.unet.sample_size, content.unet.sample_size},
        scaling_factor(content.autoencoder.scaling_factor), schedule(content.diffusion),
        sampler(make_sampler(schedule, prediction_of(content.diffusion.prediction_type), config.sampler,
                             read_sampler_config(config.pipeline))) {
    models.load(content, scalar_type_of(config.precision));
    const int side = static_cast<int>(content.unet.sample_size * models.autoencoder.downscale());
    schema = {.height = side, .width = side, .channels = static_cast<int>(content.autoencoder.in_channels), .findings = {}};
  }

  at::Tensor text_states(std::span<const std::string> prompts) const {
    return models.text_encoder.forward(token_ids(tokenizer, prompts));
  }

  Pipeline models;
  ClipTokenizer tokenizer;
  std::vector<std::int64_t> latent_shape;
  double scaling_factor;
  NoiseSchedule schedule;
  std::unique_ptr<DiffusionSampler> sampler;
  DatasetSchema schema;
};

Generator::Generator(const GenerateConfig& config)
    : config_(config), state_(std::make_unique<State>(read_pipeline(config.pipeline), config)) {}

Generator::~Generator() = default;

const DatasetSchema& Generator::schema() const { return state_->schema; }

void Generator::make_pixels(std::span<SampleRecord> records) const {
  const c10::InferenceMode inference;
  const State& p = *state_;
  const Guidance guidance = guidance_of(config_.sampler, p.schedule.num_timesteps());
  const auto batch_size = static_cast<std::size_t>(config_.batch_size);
  for (std::size_t first = 0; first < records.size(); first += batch_size) {
    const std::span<SampleRecord> batch = records.subspan(first, std::min(batch_size, records.size() - first));
    std::vector<NoiseKey> keys;
    std::vector<std::string> prompts;
    for (const SampleRecord& record : batch) {
      keys.push_back({static_cast<std::uint64_t>(config_.seed), static_cast<std::uint64_t>(record.id), 0});
      prompts.push_back(record.prompt);
    }
    const at::Tensor latents = guided_samples(
        *p.sampler,
        [&p](const at::Tensor& x, const at::Tensor& t, const at::Tensor& text) { return p.models.unet.forward(x, t, text); },
        p.text_states(prompts), p.text_states(std::array<std::string, 1>{}), guidance, keys, p.latent_shape);
    const at::Tensor decoded = p.models.autoencoder.decode(latents.div(p.scaling_factor));
    if (!decoded.isfinite().all().item<bool>()) {
      throw DivergenceError(
          "images {} to {} are not finite (weights that are damaged, or numbers beyond {}). Check the pipeline, "
          "or generate with precision fp32",
          batch.front().id, batch.back().id, config_.precision);
    }
    const at::Tensor images = image_bytes(decoded);
    const std::uint8_t* pixels = images.const_data_ptr<std::uint8_t>();
    const std::int64_t size = images.numel() / images.size(0);
    for (std::size_t i = 0; i < batch.size(); ++i) {
      batch[i].pixels.assign(pixels + static_cast<std::int64_t>(i) * size, pixels + static_cast<std::int64_t>(i + 1) * size);
    }
  }
}

} // namespace radforge
