#include "model_card.hpp"

#include "pipeline_table.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/build_info.hpp"
#include "radforge/core/error.hpp"
#include "radforge/core/sha256.hpp"
#include "radforge/models/pipeline.hpp"

#include <nlohmann/json.hpp>

namespace radforge {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// What the Hugging Face Hub reads. A JSON string is a YAML string as well.
std::string front_matter(const ExportConfig& config) {
  std::string text = "---\nlibrary_name: diffusers\npipeline_tag: text-to-image\n";
  text += fmt::format("license: {}\n", Json(config.license).dump());
  if (!config.base_model.empty()) {
    text += fmt::format("base_model: {}\n", Json(config.base_model).dump());
  }
  return text + "tags: [chest-radiograph, text-to-image, synthetic-data]\n---\n";
}

std::string digests_of(const fs::path& folder) {
  std::string text;
  for (const char* file : {"unet/diffusion_pytorch_model.safetensors", "text_encoder/model.safetensors",
                           "vae/diffusion_pytorch_model.safetensors"}) {
    text += fmt::format("{}  {}\n", sha256_of_file(folder / file), file);
  }
  return text;
}

/// How the run went that made the weights: a line a start.
std::string starts_of(const fs::path& run_record) {
  try {
    std::string text;
    const Json record = Json::parse(read_file(run_record));
    for (const Json& start : record.at("starts")) {
      const Json& build = start.at("build");
      text += fmt::format("- {} to {}, {} ranks, `{}`, {}: radforge {} (revision {}{})\n", start.at("started").get<std::string>(),
                          start.at("ended").is_string() ? start.at("ended").get<std::string>() : "an end unknown",
                          start.at("num_ranks").get<std::int64_t>(), start.at("command").get<std::string>(),
                          start.at("reason").is_string() ? start.at("reason").get<std::string>() : "ended by force",
                          build.at("version").get<std::string>(), build.at("git_revision").get<std::string>(),
                          build.at("git_dirty").get<bool>() ? ", modified" : "");
    }
    return text;
  } catch (const Json::exception& error) {
    throw DataError("{} is no record of runs ({}). Export the pipeline folder from where its run left it", run_record.string(),
                    error.what());
  }
}

} // namespace

void write_model_card(const fs::path& folder, const PipelineContent& content, const ExportConfig& config,
                      const fs::path& source) {
  const fs::path run = fs::absolute(source).lexically_normal().parent_path();
  std::string text = front_matter(config);
  text += fmt::format(
      "\n# {}\n\nA latent diffusion model of chest radiographs from text. Synthetic radiographs are for research; they are "
      "not for diagnosis.\n\n",
      config.title);
  text += "```python\nfrom diffusers import StableDiffusionPipeline\n\npipeline = "
          "StableDiffusionPipeline.from_pretrained(\"FOLDER\")\n```\n\n";
  text += fmt::format("## Models\n\n```\n{}```\n\nNoise: {}, beta {:.6g} to {:.6g} over {} timesteps; the UNet predicts {}.\n\n",
                      pipeline_table(Pipeline(content.unet, content.text_encoder, content.autoencoder), content),
                      content.diffusion.beta_schedule, content.diffusion.beta_start, content.diffusion.beta_end,
                      content.diffusion.num_train_timesteps, content.diffusion.prediction_type);
  text += fmt::format("SHA-256 of the weights:\n\n```\n{}```\n\n## Provenance\n\n", digests_of(folder));
  if (fs::exists(run / "run.json") && fs::exists(run / "config.yaml")) {
    write_file_atomically(folder / "training.yaml", read_file(run / "config.yaml"));
    text += fmt::format("Trained by `training.yaml`, its data sets included:\n\n{}\n", starts_of(run / "run.json"));
  } else {
    text += "No record of training lies beside the weights that were exported.\n\n";
  }
  text += fmt::format("Exported by {}.\n", build_info_text(build_info()));
  write_file_atomically(folder / "README.md", text);
}

} // namespace radforge
