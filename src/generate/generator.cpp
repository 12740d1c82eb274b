#include "radforge/generate/generator.hpp"

#include "radforge/core/error.hpp"
#include "radforge/diffusion/diffusion_sampler.hpp"
#include "radforge/diffusion/guided_samples.hpp"
#include "radforge/models/pipeline.hpp"
#include "radforge/models/recorded_unet.hpp"
#include "radforge/models/scheduler_file.hpp"
#include "radforge/models/token_ids.hpp"
#include "radforge/nn/device_copy.hpp"
#include "radforge/nn/host_copy.hpp"
#include "radforge/nn/image_grid.hpp"
#include "radforge/nn/precision.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/tensor.h>
#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <optional>

namespace radforge {

struct Generator::State {
  State(const PipelineContent& content, const GenerateConfig& config, at::Device device)
      : models(content.unet, content.text_encoder, content.autoencoder),
        tokenizer(content.tokenizer), latent_shape{content.unet.in_channels, content.unet.sample_size, content.unet.sample_size},
        scaling_factor(content.autoencoder.scaling_factor), schedule(content.diffusion),
        sampler(make_sampler(schedule, prediction_of(content.diffusion.prediction_type), config.sampler,
                             read_sampler_config(config.pipeline))) {
    const c10::NoGradGuard no_grad; // and not in inference mode: of such tensors nobody tells whether they have changed
    models.load(content, scalar_type_of(config.precision), device);
    if (device.is_cuda() && config.compute.graphs) {
      recorded_unet.emplace(models.unet);
    }
    empty_text = models.text_encoder.forward(token_ids(tokenizer, std::array<std::string, 1>{}));
    const int side = static_cast<int>(content.unet.sample_size * models.autoencoder.downscale());
    schema = {.height = side, .width = side, .channels = static_cast<int>(content.autoencoder.in_channels), .findings = {}};
  }

  /// Of distinct prompts, `count` at once, so that a state does not depend on how many there are.
  at::Tensor text_states(std::span<const std::string> prompts, std::size_t count) const {
    std::vector<at::Tensor> states;
    for (std::size_t first = 0; first < prompts.size(); first += count) {
      const std::span<const std::string> some = prompts.subspan(first, std::min(count, prompts.size() - first));
      std::vector<std::string> full(some.begin(), some.end());
      full.resize(count);
      states.push_back(models.text_encoder.forward(token_ids(tokenizer, full)).narrow(0, 0, std::ssize(some)));
    }
    return at::cat(states, 0);
  }

  ConditionalDenoiser denoiser() {
    return [this](const at::Tensor& states) {
      return recorded_unet ? recorded_unet->of_texts(states) : models.unet.of_texts(states);
    };
  }

  Pipeline models;
  std::optional<RecordedUNet> recorded_unet;
  ClipTokenizer tokenizer;
  std::vector<std::int64_t> latent_shape;
  double scaling_factor;
  NoiseSchedule schedule;
  std::unique_ptr<DiffusionSampler> sampler;
  DatasetSchema schema;
  at::Tensor empty_text; ///< 1 x tokens x width
};

/// Images that the device may still work on.
struct Generator::MadeBatch {
  std::span<SampleRecord> records; ///< the batch's first ones
  HostCopy is_finite;
  HostCopy bytes;
};

Generator::Generator(const GenerateConfig& config, at::Device device)
    : config_(config), state_(std::make_unique<State>(read_pipeline(config.pipeline), config, device)) {}

Generator::~Generator() = default;

const DatasetSchema& Generator::schema() const { return state_->schema; }

std::string Generator::recording_problem() const { return state_->recorded_unet ? state_->recorded_unet->problem() : ""; }

void Generator::make_pixels(std::span<SampleRecord> records, std::uint32_t attempt) const {
  const c10::InferenceMode inference;
  const State& p = *state_;
  const auto batch_size = static_cast<std::size_t>(config_.batch_size);
  std::map<std::string, std::int64_t> places;
  std::vector<std::string> prompts;
  for (const SampleRecord& record : records) {
    if (places.emplace(record.prompt, std::ssize(prompts)).second) {
      prompts.push_back(record.prompt);
    }
  }
  const at::Tensor texts = p.text_states(prompts, batch_size);
  std::optional<MadeBatch> made; // the batch before, which the host has not seen yet
  for (std::size_t first = 0; first < records.size(); first += batch_size) {
    const std::span<SampleRecord> batch = records.subspan(first, std::min(batch_size, records.size() - first));
    std::vector<NoiseKey> keys;
    std::vector<std::int64_t> rows;
    for (std::size_t i = 0; i < batch_size; ++i) { // a batch that is not full gets copies of its last image
      const SampleRecord& record = batch[std::min(i, batch.size() - 1)];
      keys.push_back({static_cast<std::uint64_t>(config_.seed), static_cast<std::uint64_t>(record.id), attempt});
      rows.push_back(places.at(record.prompt));
    }
    MadeBatch next = make_batch(keys, texts.index_select(0, copied_to(at::tensor(rows), texts.device())), batch);
    if (made) {
      hand_over(*made);
    }
    made.emplace(std::move(next));
  }
  if (made) {
    hand_over(*made);
  }
}

Generator::MadeBatch Generator::make_batch(std::span<const NoiseKey> keys, const at::Tensor& texts,
                                           std::span<SampleRecord> shown) const {
  State& p = *state_;
  const at::Tensor latents = guided_samples(*p.sampler, p.denoiser(), texts, p.empty_text,
                                            guidance_of(config_.sampler, p.schedule.num_timesteps()), keys, p.latent_shape);
  const at::Tensor decoded = p.models.autoencoder.decode(latents.div(p.scaling_factor));
  return {shown, HostCopy(decoded.isfinite().all()), HostCopy(image_bytes(decoded))};
}

void Generator::hand_over(MadeBatch& made) const {
  const std::span<SampleRecord> shown = made.records;
  if (!made.is_finite.wait().item<bool>()) {
    throw DivergenceError("images {} to {} are not finite (weights that are damaged, or numbers beyond {}). Check the pipeline, "
                          "or generate with precision fp32",
                          shown.front().id, shown.back().id, config_.precision);
  }
  const at::Tensor& images = made.bytes.wait();
  const std::uint8_t* pixels = images.const_data_ptr<std::uint8_t>();
  const std::int64_t size = images.numel() / images.size(0);
  for (SampleRecord& record : shown) {
    record.pixels.assign(pixels, pixels + size);
    pixels += size;
  }
}

} // namespace radforge
