#pragma once

#include "radforge/config/model_config.hpp"
#include "radforge/config/train_config.hpp"
#include "radforge/nn/parameter_set.hpp"

#include <filesystem>

namespace radforge {

/// The parts of a pipeline folder as diffusers' StableDiffusionPipeline lays it out: model_index.json, scheduler/, text_encoder/,
/// tokenizer/, unet/, vae/, each with its configuration and safetensors weights under the ecosystem's names. Errors of all
/// readers: DataError naming the file and the key, IoError.

/// The file by which a folder is a pipeline.
inline constexpr const char* model_index = "model_index.json";

/// All that a pipeline folder holds.
struct PipelineContent {
  UNetConfig unet;
  TextEncoderConfig text_encoder;
  AutoencoderConfig autoencoder;
  DiffusionConfig diffusion;
  std::filesystem::path scheduler; ///< pipeline folder whose scheduler is kept; empty: a DDIMScheduler for `diffusion`
  std::filesystem::path tokenizer; ///< folder of its files
  StateDict unet_weights;
  StateDict text_encoder_weights;
  StateDict autoencoder_weights;
};

PipelineContent read_pipeline(const std::filesystem::path& folder);
/// Writes every part, the index last: its presence says that the folder is a pipeline.
void write_pipeline(const std::filesystem::path& folder, const PipelineContent& content);

void write_unet(const std::filesystem::path& pipeline, const UNetConfig& config, const StateDict& weights);
void write_autoencoder(const std::filesystem::path& pipeline, const AutoencoderConfig& config, const StateDict& weights);
void write_text_encoder(const std::filesystem::path& pipeline, const TextEncoderConfig& config, const StateDict& weights);

UNetConfig read_unet_config(const std::filesystem::path& pipeline);
AutoencoderConfig read_autoencoder_config(const std::filesystem::path& pipeline);
TextEncoderConfig read_text_encoder_config(const std::filesystem::path& pipeline);

/// Weights under their present names (files of 2022 have others), whole or in pieces with an index, of any floating type.
StateDict read_unet_weights(const std::filesystem::path& pipeline);
StateDict read_autoencoder_weights(const std::filesystem::path& pipeline);
StateDict read_text_encoder_weights(const std::filesystem::path& pipeline);

} // namespace radforge
