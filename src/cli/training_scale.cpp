#include "training_scale.hpp"

#include "radforge/config/load.hpp"
#include "radforge/io/dataset_index.hpp"
#include "radforge/models/autoencoder_kl.hpp"
#include "radforge/models/classifier.hpp"
#include "radforge/models/classifier_folder.hpp"
#include "radforge/models/clip_text_encoder.hpp"
#include "radforge/models/multiply_adds.hpp"
#include "radforge/models/pipeline_folder.hpp"
#include "radforge/models/unet.hpp"
#include "radforge/tasks/diffusion_task.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace radforge {

namespace {

namespace fs = std::filesystem;

template <class Config>
Config loaded(const fs::path& path, const std::vector<std::string>& overrides) {
  Config config;
  load_config(path, overrides, [&config](Schema& schema) { describe(schema, config); });
  return config;
}

/// Height of the images, of the first source that is there.
std::optional<std::int64_t> side_of(const DataConfig& data) {
  for (const DataSourceConfig& source : data.sources) {
    if (fs::exists(fs::path(source.dataset) / DatasetIndex::file_name)) {
      return image_shape_of(DatasetIndex::load(source.dataset).schema).height;
    }
  }
  return std::nullopt;
}

/// Nothing where data or autoencoder are not there.
std::optional<std::int64_t> latent_side_of(const DiffusionRunConfig& config) {
  const std::optional<std::int64_t> side = side_of(config.data);
  if (!side || !fs::exists(fs::path(config.autoencoder) / "vae/config.json")) {
    return std::nullopt;
  }
  return *side >> (read_autoencoder_config(config.autoencoder).block_out_channels.size() - 1);
}

template <class Config>
TrainingScale scale_of(const Config& config, std::optional<std::int64_t> side, std::int64_t otherwise) {
  const LoopConfig& loop = config.train;
  const std::int64_t counted = side.value_or(otherwise);
  return {.num_parameters = DescribedModels(config).trained.num_parameters(),
          .num_samples = loop.steps * loop.batch_size,
          .num_steps = loop.steps,
          .flop = run_arithmetic(parts_of(config, counted, counted), loop.steps, loop.batch_size).in_all,
          .assumption = side ? "" : fmt::format("its data are not there: arithmetic is counted at {0} x {0}", otherwise)};
}

} // namespace

DescribedModels::DescribedModels(const AutoencoderRunConfig& config) {
  const AutoencoderKL autoencoder(config.autoencoder, ParameterScope(trained));
}

DescribedModels::DescribedModels(const DiffusionRunConfig& config) {
  const auto set_of = [&](const PartConfig& part) -> ParameterSet& { return part.train ? trained : frozen; };
  const ClipTextEncoder text_encoder(config.text_encoder, ParameterScope(set_of(config.parts.text_encoder), "text_encoder."));
  const UNet unet(config.unet, ParameterScope(set_of(config.parts.unet), "unet."));
}

DescribedModels::DescribedModels(const ClassifierRunConfig& config) {
  const auto classifier = make_classifier(config.classifier, ParameterScope(trained));
}

std::vector<PartCost> parts_of(const AutoencoderRunConfig& config, std::int64_t height, std::int64_t width) {
  return {{"vae, encoder", encode_multiply_adds(config.autoencoder, height, width)},
          {"vae, decoder", decode_multiply_adds(config.autoencoder, height, width)}};
}

std::vector<PartCost> parts_of(const DiffusionRunConfig& config, std::int64_t height, std::int64_t width) {
  const std::int64_t tokens = config.text_encoder.max_position_embeddings;
  return {{"text_encoder", text_encoder_multiply_adds(config.text_encoder, tokens),
           config.parts.text_encoder.train ? PartUse::trained : PartUse::forward},
          {"unet", unet_multiply_adds(config.unet, height, width, tokens),
           config.parts.unet.train ? PartUse::trained : PartUse::passes_through}};
}

std::vector<PartCost> parts_of(const ClassifierRunConfig& config, std::int64_t height, std::int64_t width) {
  return {{"classifier", classifier_multiply_adds(config.classifier, height, width)}};
}

std::string assume_vocabulary(DiffusionRunConfig& config) {
  if (config.text_encoder.vocab_size != 0) {
    return "";
  }
  config.text_encoder.vocab_size = 512 + config.tokenizer.num_merges + 2; // bytes, the merges, begin and end
  return fmt::format("the vocabulary is learned from the prompts: counted with {} tokens, the most it can have",
                     config.text_encoder.vocab_size);
}

std::optional<TrainingScale> training_scale(const fs::path& path, const std::vector<std::string>& overrides) {
  const std::string task = peek_config(path, overrides, "task");
  if (task == "classifier") {
    auto config = loaded<ClassifierRunConfig>(path, overrides);
    config.classifier.num_classes = std::max<std::int64_t>(1, config.classifier.num_classes); // a head is next to nothing
    return scale_of(config, side_of(config.data), 64);
  }
  if (task == "autoencoder") {
    const auto config = loaded<AutoencoderRunConfig>(path, overrides);
    return scale_of(config, side_of(config.data), config.autoencoder.sample_size);
  }
  if (task == "diffusion") {
    auto config = loaded<DiffusionRunConfig>(path, overrides);
    if (!config.pipeline.empty() && fs::exists(config.pipeline)) {
      config = with_models_of_pipeline(config);
    }
    assume_vocabulary(config);
    return scale_of(config, latent_side_of(config), config.unet.sample_size);
  }
  return std::nullopt;
}

std::vector<std::string> found_by_training(const fs::path& run) {
  const fs::path result = run / "pipeline";
  if (fs::exists(result / "classifier/config.json")) {
    return {fmt::format("classifier.num_classes={}", read_classifier_description(result).config.num_classes)};
  }
  if (fs::exists(result / "text_encoder/config.json")) {
    return {fmt::format("text_encoder.vocab_size={}", read_text_encoder_config(result).vocab_size)};
  }
  return {};
}

} // namespace radforge
