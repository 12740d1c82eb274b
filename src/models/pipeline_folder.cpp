#include "radforge/models/pipeline_folder.hpp"

#include "clip_tokenizer_files.hpp"
#include "json_config.hpp"

#include "radforge/models/scheduler_file.hpp"

namespace radforge {

namespace fs = std::filesystem;

namespace {

/// model_index.json, which names the parts.
void write_model_index(const fs::path& pipeline) {
  write_json(pipeline / model_index, {{"_class_name", "StableDiffusionPipeline"},
                                      {"_diffusers_version", diffusers_version},
                                      {"feature_extractor", {nullptr, nullptr}},
                                      {"requires_safety_checker", false},
                                      {"safety_checker", {nullptr, nullptr}},
                                      {"scheduler", {"diffusers", read_scheduler_class(pipeline)}},
                                      {"text_encoder", {"transformers", "CLIPTextModel"}},
                                      {"tokenizer", {"transformers", "CLIPTokenizer"}},
                                      {"unet", {"diffusers", "UNet2DConditionModel"}},
                                      {"vae", {"diffusers", "AutoencoderKL"}}});
}

/// The vocabulary's files, whichever of them the folder has.
void copy_tokenizer(const fs::path& from, const fs::path& to) {
  fs::create_directories(to);
  for (const char* file : tokenizer_files) {
    if (fs::exists(from / file)) {
      write_file_atomically(to / file, read_file(from / file));
    }
  }
}

} // namespace

PipelineContent read_pipeline(const fs::path& folder) {
  const fs::path index = folder / model_index;
  if (!fs::exists(index)) {
    throw DataError("{} is not a pipeline folder (it has no {}). Train one, import one, or name another", folder.string(),
                    model_index);
  }
  JsonConfig(index).require_class("_class_name", "StableDiffusionPipeline");
  return {.unet = read_unet_config(folder),
          .text_encoder = read_text_encoder_config(folder),
          .autoencoder = read_autoencoder_config(folder),
          .diffusion = read_scheduler_config(folder),
          .scheduler = folder,
          .tokenizer = folder / "tokenizer",
          .unet_weights = read_unet_weights(folder),
          .text_encoder_weights = read_text_encoder_weights(folder),
          .autoencoder_weights = read_autoencoder_weights(folder)};
}

void write_pipeline(const fs::path& folder, const PipelineContent& content) {
  write_unet(folder, content.unet, content.unet_weights);
  write_text_encoder(folder, content.text_encoder, content.text_encoder_weights);
  write_autoencoder(folder, content.autoencoder, content.autoencoder_weights);
  if (content.scheduler.empty()) {
    write_scheduler(folder, content.diffusion);
  } else {
    copy_scheduler(content.scheduler, folder);
  }
  copy_tokenizer(content.tokenizer, folder / "tokenizer");
  write_model_index(folder);
}

} // namespace radforge
