#include "command.hpp"
#include "pipeline_table.hpp"
#include "training_plan.hpp"

#include "radforge/config/load.hpp"
#include "radforge/config/train_config.hpp"
#include "radforge/core/error.hpp"
#include "radforge/data/mixture.hpp"
#include "radforge/nn/device_rate.hpp"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cstdio>
#include <optional>

namespace radforge {

namespace {

namespace fs = std::filesystem;

std::string memory_of(const StateSize& state) {
  return fmt::format("  a rank holds {:.1f} MB: weights, gradients, two moments and an average of {} trained parameters, and {} "
                     "frozen ones, in fp32; activations and images come on top\n",
                     bytes_a_rank(state, OptimizerState::replicated, 1) / 1e6, state.num_trained, state.num_frozen);
}

AssumedRates measured_rates() {
  AssumedRates rates;
  rates.here = measure_matmul_rate(at::kFloat);
  rates.here_text = fmt::format("fp32 matrix products measured on {} threads", at::get_num_threads());
  if (has_native_bf16()) {
    rates.here_text += fmt::format(" ({} in bf16)", with_prefix(measure_matmul_rate(at::kBFloat16), "FLOP/s"));
  }
  return rates;
}

/// What the data sets say of a run.
struct DataFacts {
  std::int64_t num_images = 0; ///< that training sees in an epoch
  std::int64_t height = 0;
  std::int64_t width = 0;
};

std::optional<DataFacts> facts_of(const DataConfig& config) {
  const auto is_there = [](const DataSourceConfig& source) { return fs::exists(fs::path(source.dataset) / "dataset.json"); };
  if (config.sources.empty() || !std::ranges::all_of(config.sources, is_there)) {
    return std::nullopt;
  }
  const Mixture data(config);
  DataFacts facts{.height = data.schema().height, .width = data.schema().width};
  for (const SamplerSource& source : data.training()) {
    facts.num_images += static_cast<std::int64_t>(source.ids.size());
  }
  return facts;
}

std::string plan_of_folder(const fs::path& folder) {
  const Pipeline pipeline(read_unet_config(folder), read_text_encoder_config(folder), read_autoencoder_config(folder));
  return pipeline_table(pipeline, PipelineContent{});
}

std::string plan_of_autoencoder(const CommandLine& line) {
  AutoencoderRunConfig config;
  load_config(line.config, line.overrides, [&](Schema& schema) { describe(schema, config); });
  ParameterSet parameters;
  const AutoencoderKL autoencoder(config.autoencoder, ParameterScope(parameters));
  const std::optional<DataFacts> data = facts_of(config.data);
  const std::int64_t height = data ? data->height : config.autoencoder.sample_size;
  const std::int64_t width = data ? data->width : config.autoencoder.sample_size;
  TrainingPlan plan{.loop = config.train, .keep = config.checkpoint.keep};
  plan.parts = {{"vae, encoder", encode_multiply_adds(config.autoencoder, height, width)},
                {"vae, decoder", decode_multiply_adds(config.autoencoder, height, width)}};
  plan.state.num_trained = parameters.num_parameters();
  plan.num_images = data ? std::optional(data->num_images) : std::nullopt;
  return pipeline_table_head() + pipeline_table_row("vae", "AutoencoderKL", parameters) + memory_of(plan.state) +
         training_plan_text(plan, measured_rates());
}

// Images that are not augmented are encoded when they are first seen.
double encoded_share(const DiffusionRunConfig& config, const std::optional<DataFacts>& data) {
  if (!data || config.data.augmentation != AugmentationConfig{}) {
    return 1;
  }
  return std::min(1.0, static_cast<double>(data->num_images) / static_cast<double>(config.train.steps * config.train.batch_size));
}

std::string plan_of_diffusion(const CommandLine& line) {
  DiffusionRunConfig config;
  load_config(line.config, line.overrides, [&](Schema& schema) { describe(schema, config); });
  std::string note;
  if (config.text_encoder.vocab_size == 0) { // learned from the prompts: 512 bytes, the merges, begin and end
    config.text_encoder.vocab_size = 512 + config.tokenizer.num_merges + 2;
    note = fmt::format("  the vocabulary is learned from the prompts: counted with {} tokens, the most it can have\n",
                       config.text_encoder.vocab_size);
  }
  ParameterSet trained;
  const ClipTextEncoder text_encoder(config.text_encoder, ParameterScope(trained, "text_encoder."));
  const UNet unet(config.unet, ParameterScope(trained, "unet."));
  std::string text = pipeline_table_head() + pipeline_table_row("unet", "UNet2DConditionModel", trained, "unet.") +
                     pipeline_table_row("text_encoder", "CLIPTextModel", trained, "text_encoder.");
  const std::optional<DataFacts> data = facts_of(config.data);
  TrainingPlan plan{.loop = config.train, .keep = config.checkpoint.keep};
  ParameterSet frozen;
  std::int64_t latent_height = config.unet.sample_size;
  std::int64_t latent_width = config.unet.sample_size;
  if (fs::exists(fs::path(config.autoencoder) / "vae/config.json")) {
    const AutoencoderConfig vae = read_autoencoder_config(config.autoencoder);
    const AutoencoderKL autoencoder(vae, ParameterScope(frozen));
    text += pipeline_table_row("vae", "AutoencoderKL", frozen);
    const std::int64_t downscale = autoencoder.downscale();
    if (data) {
      latent_height = data->height / downscale;
      latent_width = data->width / downscale;
    }
    plan.parts.push_back({"vae, encoder", encode_multiply_adds(vae, latent_height * downscale, latent_width * downscale),
                          PartUse::forward, encoded_share(config, data)});
  } else {
    note += fmt::format("  the autoencoder {} is not there yet, and not counted\n", config.autoencoder);
  }
  const std::int64_t tokens = config.text_encoder.max_position_embeddings;
  plan.parts.push_back({"text_encoder", text_encoder_multiply_adds(config.text_encoder, tokens)});
  plan.parts.push_back({"unet", unet_multiply_adds(config.unet, latent_height, latent_width, tokens)});
  plan.state.num_trained = trained.num_parameters();
  plan.state.num_frozen = frozen.num_parameters();
  plan.num_images = data ? std::optional(data->num_images) : std::nullopt;
  return text + note + memory_of(plan.state) + training_plan_text(plan, measured_rates());
}

} // namespace

void run_plan(const CommandContext& context) {
  if (context.world.rank() != 0) {
    return;
  }
  const CommandLine& line = context.line;
  std::string text;
  if (fs::is_directory(line.config)) {
    text = plan_of_folder(line.config);
  } else if (const std::string task = peek_config(line.config, line.overrides, "task"); task == "autoencoder") {
    text = plan_of_autoencoder(line);
  } else if (task == "diffusion") {
    text = plan_of_diffusion(line);
  } else {
    throw ConfigError("{}: task '{}' has no plan (there are autoencoder and diffusion)", line.config.string(), task);
  }
  std::fputs(fmt::format("{}\n{}", line.config.string(), text).c_str(), stdout);
}

} // namespace radforge
