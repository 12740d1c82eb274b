#include "command.hpp"
#include "pipeline_output.hpp"

#include "radforge/config/load.hpp"
#include "radforge/config/pipeline_config.hpp"
#include "radforge/core/error.hpp"
#include "radforge/models/ldm_checkpoint.hpp"
#include "radforge/models/pickle_file.hpp"
#include "radforge/models/pipeline.hpp"
#include "radforge/nn/state_dict.hpp"

#include <cstdio>

namespace radforge {

namespace {

namespace fs = std::filesystem;

PipelineContent read_folder(const fs::path& folder, const ImportConfig& config) {
  const ImportConfig unset;
  if (config.tokenizer != unset.tokenizer || config.prediction_type != unset.prediction_type ||
      config.sample_size != unset.sample_size || config.weights != unset.weights) {
    throw ConfigError("tokenizer, prediction_type, sample_size and weights are for single files ({} is a folder, which says them "
                      "itself). Leave them out",
                      folder.string());
  }
  return read_pipeline(folder);
}

PipelineContent read_single_file(const fs::path& file, const ImportConfig& config) {
  require_safetensors(file);
  if (config.tokenizer.empty()) {
    throw ConfigError("tokenizer is missing (a single file holds no vocabulary). Name a folder with vocab.json and merges.txt: "
                      "--set tokenizer=FOLDER; tools/setup makes .deps/clip/tokenizer for Stable Diffusion 2");
  }
  LdmCheckpoint file_content = read_ldm_checkpoint(read_state_dict(file), file.string(),
                                                   config.weights == "averaged" ? LdmWeights::averaged : LdmWeights::trained);
  PipelineContent content{.unet = file_content.unet_config,
                          .text_encoder = file_content.text_encoder_config,
                          .autoencoder = file_content.autoencoder_config,
                          .diffusion = {},
                          .scheduler = {},
                          .tokenizer = config.tokenizer,
                          .unet_weights = std::move(file_content.unet),
                          .text_encoder_weights = std::move(file_content.text_encoder),
                          .autoencoder_weights = std::move(file_content.autoencoder)};
  content.unet.sample_size = config.sample_size;
  content.autoencoder.sample_size = config.sample_size << (content.autoencoder.block_out_channels.size() - 1);
  content.diffusion.prediction_type = config.prediction_type;
  return content;
}

} // namespace

void run_import(const CommandContext& context) {
  if (context.world.rank() != 0) {
    return;
  }
  const CommandLine& line = context.line;
  ImportConfig config;
  parse_config("", "command line", line.overrides, [&](Schema& schema) { describe(schema, config); });
  PipelineContent content =
      fs::is_directory(line.config) ? read_folder(line.config, config) : read_single_file(line.config, config);
  Pipeline(content.unet, content.text_encoder, content.autoencoder).check(content);
  content = in_precision(std::move(content), config.precision);
  publish_new_folder(line.output, [&](const fs::path& folder) {
    write_pipeline(folder, content);
    read_pipeline(folder); // what is published opens again
  });
  std::printf("%s\n", line.output.c_str());
}

} // namespace radforge
