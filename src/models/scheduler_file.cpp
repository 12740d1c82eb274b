#include "radforge/models/scheduler_file.hpp"

#include "json_config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

namespace radforge {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

namespace {

constexpr const char* scheduler_file = "scheduler/scheduler_config.json";
constexpr const char* ddim_class = "DDIMScheduler";

// A key that has to hold one value here; what diffusers takes where it is left out.
struct Requirement {
  const char* key;
  nlohmann::json value;
  nlohmann::json fallback;
};

struct SchedulerClass {
  const char* sampler;
  std::vector<Requirement> requirements;
  bool has_zero_snr = true;
};

const std::map<std::string, SchedulerClass>& scheduler_classes() {
  const Requirement unclipped{"clip_sample", false, false};
  const Requirement clipped_by_default{"clip_sample", false, true};
  const Requirement no_thresholding{"thresholding", false, false};
  const Requirement no_exponential{"use_exponential_sigmas", false, false};
  const Requirement no_beta{"use_beta_sigmas", false, false};
  const Requirement no_flow{"use_flow_sigmas", false, false};
  const Requirement zero_at_last{"final_sigmas_type", "zero", "zero"};
  const Requirement no_least{"sigma_min", nullptr, nullptr};
  const Requirement no_most{"sigma_max", nullptr, nullptr};
  const Requirement second_order{"solver_order", 2, 2};
  const Requirement lower_at_last{"lower_order_final", true, true};
  static const std::map<std::string, SchedulerClass> classes{
      {"DDPMScheduler", {"ddpm", {clipped_by_default, no_thresholding, {"variance_type", "fixed_small", "fixed_small"}}}},
      {ddim_class, {"ddim", {clipped_by_default, no_thresholding}}},
      {"PNDMScheduler", {"pndm", {{"skip_prk_steps", true, false}}, false}},
      {"EulerDiscreteScheduler",
       {"euler",
        {{"interpolation_type", "linear", "linear"},
         {"timestep_type", "discrete", "discrete"},
         no_exponential,
         no_beta,
         zero_at_last,
         no_least,
         no_most}}},
      {"EulerAncestralDiscreteScheduler", {"euler_ancestral", {}}},
      {"HeunDiscreteScheduler", {"heun", {unclipped, no_exponential, no_beta}, false}},
      {"DPMSolverMultistepScheduler",
       {"dpm_solver_2m",
        {second_order,
         {"solver_type", "midpoint", "midpoint"},
         lower_at_last,
         {"euler_at_final", false, false},
         {"use_lu_lambdas", false, false},
         {"lambda_min_clipped", nullptr, nullptr},
         {"variance_type", nullptr, nullptr},
         no_thresholding,
         no_exponential,
         no_beta,
         no_flow,
         zero_at_last}}},
      {"UniPCMultistepScheduler",
       {"unipc",
        {second_order,
         {"solver_type", "bh2", "bh2"},
         {"predict_x0", true, true},
         {"disable_corrector", nlohmann::json::array(), nlohmann::json::array()},
         {"solver_p", nullptr, nullptr},
         lower_at_last,
         no_thresholding,
         no_exponential,
         no_beta,
         no_flow,
         zero_at_last,
         no_least,
         no_most}}},
  };
  return classes;
}

// diffusers writes an infinite lambda_min_clipped in Python's way, which JSON has no word for. Null stands for it: the default.
std::string without_infinity(std::string text) {
  const std::string infinity = ": -Infinity";
  for (std::size_t at = text.find(infinity); at != std::string::npos; at = text.find(infinity, at)) {
    text.replace(at, infinity.size(), ": null");
  }
  return text;
}

JsonConfig open_scheduler_file(const fs::path& pipeline) {
  const fs::path path = pipeline / scheduler_file;
  return {path, without_infinity(read_file(path))};
}

void require_choice(const fs::path& pipeline, const char* key, const std::string& found, const std::vector<std::string>& known) {
  if (std::find(known.begin(), known.end(), found) == known.end()) {
    throw DataError("{}: {} is '{}' (known are {}). Use a scheduler that is supported", (pipeline / scheduler_file).string(), key,
                    found, fmt::format("{}", fmt::join(known, ", ")));
  }
}

// The class of the file, whose keys hold nothing that is not supported.
const SchedulerClass& checked_class(const fs::path& pipeline, const JsonConfig& json) {
  const std::string path = (pipeline / scheduler_file).string();
  const auto name = json.get<std::string>("_class_name");
  const auto found = scheduler_classes().find(name);
  if (found == scheduler_classes().end()) {
    std::vector<std::string> known;
    for (const auto& [class_name, entry] : scheduler_classes()) {
      known.push_back(class_name);
    }
    throw DataError("{} describes a {} (supported are {}). Save the pipeline with one of these", path, name,
                    fmt::join(known, ", "));
  }
  std::vector<Requirement> requirements = found->second.requirements;
  requirements.push_back({"trained_betas", nullptr, nullptr});
  for (const auto& [key, value, fallback] : requirements) {
    if (const auto held = json.get_or<nlohmann::json>(key, fallback); held != value) {
      throw DataError("{}: {} is {} ({} is supported with {} only). Save the pipeline with another scheduler", path, key,
                      held.dump(), name, value.dump());
    }
  }
  return found->second;
}

} // namespace

DiffusionConfig read_scheduler_config(const fs::path& pipeline) {
  const JsonConfig json = open_scheduler_file(pipeline);
  const SchedulerClass& kind = checked_class(pipeline, json);
  DiffusionConfig config;
  config.prediction_type = json.get_or<std::string>("prediction_type", "epsilon");
  config.beta_schedule = json.get_or<std::string>("beta_schedule", "linear");
  // HeunDiscreteScheduler alone has Stable Diffusion's betas as its default.
  const bool is_heun = std::string(kind.sampler) == "heun";
  config.beta_start = json.get_or("beta_start", is_heun ? 0.00085 : 0.0001);
  config.beta_end = json.get_or("beta_end", is_heun ? 0.012 : 0.02);
  config.num_train_timesteps = json.get_or<std::int64_t>("num_train_timesteps", 1000);
  config.rescale_betas_zero_snr = kind.has_zero_snr && json.get_or("rescale_betas_zero_snr", false);
  require_choice(pipeline, "prediction_type", config.prediction_type, {"epsilon", "v_prediction", "sample"});
  require_choice(pipeline, "beta_schedule", config.beta_schedule, {"linear", "scaled_linear", "squaredcos_cap_v2"});
  const std::string path = (pipeline / scheduler_file).string();
  if (config.num_train_timesteps < 1 || config.num_train_timesteps > 100'000) {
    throw DataError("{}: num_train_timesteps is {} (1 to 100000 are supported). Repair the file", path,
                    config.num_train_timesteps);
  }
  if (!(config.beta_start > 0 && config.beta_start <= config.beta_end && config.beta_end < 1)) {
    throw DataError("{}: beta_start is {} and beta_end {} (noise must grow, from above 0 to below 1). Repair the file", path,
                    config.beta_start, config.beta_end);
  }
  if (config.rescale_betas_zero_snr && config.prediction_type == "epsilon") {
    throw DataError("{}: rescale_betas_zero_snr is true with prediction_type epsilon (the noise says nothing of an image where "
                    "there is noise alone). Use a model that predicts v_prediction",
                    path);
  }
  return config;
}

SchedulerConfig read_sampler_config(const fs::path& pipeline) {
  const JsonConfig json = open_scheduler_file(pipeline);
  SchedulerConfig config;
  config.name = checked_class(pipeline, json).sampler;
  if (config.name == "dpm_solver_2m") {
    const auto algorithm = json.get_or<std::string>("algorithm_type", "dpmsolver++");
    require_choice(pipeline, "algorithm_type", algorithm, {"dpmsolver++", "sde-dpmsolver++"});
    config.name = algorithm == "sde-dpmsolver++" ? "dpm_solver_sde_2m" : config.name;
  }
  config.timestep_spacing = json.get_or<std::string>("timestep_spacing", "");
  if (!config.timestep_spacing.empty()) {
    require_choice(pipeline, "timestep_spacing", config.timestep_spacing, {"leading", "trailing", "linspace"});
  }
  config.steps_offset = json.get_or<std::int64_t>("steps_offset", 0);
  if (json.has("set_alpha_to_one")) {
    config.set_alpha_to_one = json.get<bool>("set_alpha_to_one");
  }
  config.use_karras_sigmas = json.get_or("use_karras_sigmas", false);
  return config;
}

std::string read_scheduler_class(const fs::path& pipeline) {
  return open_scheduler_file(pipeline).get<std::string>("_class_name");
}

SchedulerConfig sampler_of_trained(const DiffusionConfig& config) {
  return {.name = "ddim",
          .timestep_spacing = config.rescale_betas_zero_snr ? "trailing" : "leading",
          .steps_offset = 1,
          .set_alpha_to_one = false};
}

void write_scheduler(const fs::path& pipeline, const DiffusionConfig& config) {
  const SchedulerConfig sampler = sampler_of_trained(config);
  ordered_json json{{"_class_name", ddim_class},
                    {"_diffusers_version", diffusers_version},
                    {"beta_end", config.beta_end},
                    {"beta_schedule", config.beta_schedule},
                    {"beta_start", config.beta_start},
                    {"clip_sample", false},
                    {"num_train_timesteps", config.num_train_timesteps},
                    {"prediction_type", config.prediction_type},
                    {"set_alpha_to_one", *sampler.set_alpha_to_one},
                    {"steps_offset", sampler.steps_offset},
                    {"timestep_spacing", sampler.timestep_spacing}};
  if (config.rescale_betas_zero_snr) {
    json["rescale_betas_zero_snr"] = true;
  }
  write_json(pipeline / scheduler_file, json);
}

void copy_scheduler(const fs::path& from, const fs::path& pipeline) {
  const std::string text = read_file(from / scheduler_file);
  fs::create_directories((pipeline / scheduler_file).parent_path());
  write_file_atomically(pipeline / scheduler_file, text);
}

} // namespace radforge
