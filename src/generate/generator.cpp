#include "radforge/generate/generator.hpp"

#include "radforge/core/error.hpp"
#include "radforge/diffusion/ddim_sampler.hpp"
#include "radforge/models/autoencoder_kl.hpp"
#include "radforge/models/clip_text_encoder.hpp"
#include "radforge/models/clip_tokenizer.hpp"
#include "radforge/models/pipeline_folder.hpp"
#include "radforge/models/unet.hpp"
#include "radforge/nn/keyed_random.hpp"

#include <ATen/ops/empty.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>

namespace radforge {

namespace fs = std::filesystem;

struct Generator::Pipeline {
  explicit Pipeline(const fs::path& folder)
      : unet_config(read_unet_config(folder)), autoencoder_config(read_autoencoder_config(folder)),
        diffusion_config(read_scheduler_config(folder)), tokenizer(folder / "tokenizer"),
        text_encoder(read_text_encoder_config(folder), ParameterScope(text_weights)),
        unet(unet_config, ParameterScope(unet_weights)), autoencoder(autoencoder_config, ParameterScope(autoencoder_weights)),
        schedule(diffusion_config) {
    text_weights.allocate_frozen();
    text_weights.load(text_weights.flat(), read_text_encoder_weights(folder));
    unet_weights.allocate_frozen();
    unet_weights.load(unet_weights.flat(), read_unet_weights(folder));
    autoencoder_weights.allocate_frozen();
    autoencoder_weights.load(autoencoder_weights.flat(), read_autoencoder_weights(folder));
    const int side = static_cast<int>(unet_config.sample_size * autoencoder.downscale());
    schema = {.height = side, .width = side, .channels = static_cast<int>(autoencoder_config.in_channels), .findings = {}};
  }

  at::Tensor text_states(const std::vector<std::string>& prompts) const {
    at::Tensor ids = at::empty({static_cast<std::int64_t>(prompts.size()), tokenizer.max_length()}, at::kLong);
    for (std::size_t i = 0; i < prompts.size(); ++i) {
      const std::vector<std::int64_t> row = tokenizer.encode(prompts[i]);
      std::copy(row.begin(), row.end(), ids.mutable_data_ptr<std::int64_t>() + static_cast<std::ptrdiff_t>(i * row.size()));
    }
    return text_encoder.forward(ids);
  }

  UNetConfig unet_config;
  AutoencoderConfig autoencoder_config;
  DiffusionConfig diffusion_config;
  ClipTokenizer tokenizer;
  ParameterSet text_weights;
  ParameterSet unet_weights;
  ParameterSet autoencoder_weights;
  ClipTextEncoder text_encoder;
  UNet unet;
  AutoencoderKL autoencoder;
  NoiseSchedule schedule;
  DatasetSchema schema;
};

Generator::Generator(const GenerateConfig& config) : config_(config) {
  if (!fs::exists(fs::path(config.pipeline) / "model_index.json")) {
    throw DataError("{} is not a pipeline folder (it has no model_index.json). Train one, or name another as 'pipeline'",
                    config.pipeline);
  }
  pipeline_ = std::make_unique<Pipeline>(config.pipeline);
  DdimSampler(pipeline_->schedule, prediction_of(pipeline_->diffusion_config.prediction_type), config.sampler.steps); // checks
}

Generator::~Generator() = default;

const DatasetSchema& Generator::schema() const { return pipeline_->schema; }

void Generator::make_pixels(std::span<SampleRecord> records) const {
  const c10::InferenceMode inference;
  const Pipeline& p = *pipeline_;
  const DdimSampler sampler(p.schedule, prediction_of(p.diffusion_config.prediction_type), config_.sampler.steps);
  const auto batch_size = static_cast<std::size_t>(config_.batch_size);
  for (std::size_t first = 0; first < records.size(); first += batch_size) {
    const std::span<SampleRecord> batch = records.subspan(first, std::min(batch_size, records.size() - first));
    std::vector<RandomKey> keys;
    std::vector<std::string> prompts;
    for (const SampleRecord& record : batch) {
      keys.push_back({static_cast<std::uint64_t>(config_.seed), Stream::generation, static_cast<std::uint64_t>(record.id), 0});
      prompts.push_back(record.prompt);
    }
    const at::Tensor start =
        keyed_normals(keys, {p.unet_config.in_channels, p.unet_config.sample_size, p.unet_config.sample_size});
    const at::Tensor context = p.text_states(prompts);
    const at::Tensor empty_context = p.text_states({""}).expand_as(context);
    const Denoiser denoise = with_guidance(
        [&p](const at::Tensor& x, const at::Tensor& t, const at::Tensor& text) { return p.unet.forward(x, t, text); }, context,
        empty_context, config_.sampler.guidance_scale);

    const at::Tensor latents = sampler.sample(denoise, start).div(p.autoencoder_config.scaling_factor);
    // [-1, 1] to 0..255, channels last, as shards hold images.
    const at::Tensor images =
        p.autoencoder.decode(latents).add(1).mul(127.5).round().clamp(0, 255).to(at::kByte).permute({0, 2, 3, 1}).contiguous();
    const std::uint8_t* pixels = images.const_data_ptr<std::uint8_t>();
    const std::int64_t size = images.numel() / images.size(0);
    for (std::size_t i = 0; i < batch.size(); ++i) {
      batch[i].pixels.assign(pixels + static_cast<std::int64_t>(i) * size, pixels + static_cast<std::int64_t>(i + 1) * size);
    }
  }
}

} // namespace radforge
