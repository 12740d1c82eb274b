#include "radforge/models/pipeline_folder.hpp"

#include "json_config.hpp"

namespace radforge {

namespace fs = std::filesystem;

void write_scheduler(const fs::path& pipeline, const DiffusionConfig& config) {
  write_json(pipeline / "scheduler/scheduler_config.json", {{"_class_name", "DDIMScheduler"},
                                                            {"_diffusers_version", diffusers_version},
                                                            {"beta_end", config.beta_end},
                                                            {"beta_schedule", config.beta_schedule},
                                                            {"beta_start", config.beta_start},
                                                            {"clip_sample", false},
                                                            {"num_train_timesteps", config.num_train_timesteps},
                                                            {"prediction_type", config.prediction_type},
                                                            {"set_alpha_to_one", false},
                                                            {"steps_offset", 1},
                                                            {"timestep_spacing", "leading"}});
}

void write_model_index(const fs::path& pipeline) {
  write_json(pipeline / "model_index.json", {{"_class_name", "StableDiffusionPipeline"},
                                             {"_diffusers_version", diffusers_version},
                                             {"feature_extractor", {nullptr, nullptr}},
                                             {"requires_safety_checker", false},
                                             {"safety_checker", {nullptr, nullptr}},
                                             {"scheduler", {"diffusers", "DDIMScheduler"}},
                                             {"text_encoder", {"transformers", "CLIPTextModel"}},
                                             {"tokenizer", {"transformers", "CLIPTokenizer"}},
                                             {"unet", {"diffusers", "UNet2DConditionModel"}},
                                             {"vae", {"diffusers", "AutoencoderKL"}}});
}

DiffusionConfig read_scheduler_config(const fs::path& pipeline) {
  const JsonConfig json(pipeline / "scheduler/scheduler_config.json");
  DiffusionConfig config;
  config.prediction_type = json.get_or<std::string>("prediction_type", "epsilon");
  config.beta_schedule = json.get<std::string>("beta_schedule");
  config.beta_start = json.get<double>("beta_start");
  config.beta_end = json.get<double>("beta_end");
  config.num_train_timesteps = json.get<std::int64_t>("num_train_timesteps");
  return config;
}

} // namespace radforge
