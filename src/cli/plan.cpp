#include "command.hpp"
#include "pipeline_table.hpp"

#include "radforge/config/load.hpp"
#include "radforge/config/train_config.hpp"
#include "radforge/core/error.hpp"

#include <cstdio>

namespace radforge {

namespace {

namespace fs = std::filesystem;

// fp32 weights, their gradients, two moments of AdamW and the averaged weights.
constexpr std::int64_t bytes_trained = 5 * sizeof(float);

std::string memory_of(const ParameterSet& trained, std::int64_t num_frozen) {
  const std::int64_t num_trained = trained.num_parameters();
  return fmt::format("  a rank holds {:.1f} MB: weights, gradients, two moments and an average of {} trained parameters, and {} "
                     "frozen ones, in fp32; activations and images come on top\n",
                     static_cast<double>(num_trained * bytes_trained + num_frozen * std::int64_t{sizeof(float)}) / 1e6,
                     num_trained, num_frozen);
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
  return pipeline_table_head() + pipeline_table_row("vae", "AutoencoderKL", parameters) + memory_of(parameters, 0);
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
  ParameterSet frozen;
  if (fs::exists(fs::path(config.autoencoder) / "vae/config.json")) {
    const AutoencoderKL autoencoder(read_autoencoder_config(config.autoencoder), ParameterScope(frozen));
    text += pipeline_table_row("vae", "AutoencoderKL", frozen);
  } else {
    note += fmt::format("  the autoencoder {} is not there yet, and not counted\n", config.autoencoder);
  }
  return text + note + memory_of(trained, frozen.num_parameters());
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
