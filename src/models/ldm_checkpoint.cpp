#include "radforge/models/ldm_checkpoint.hpp"

#include "ldm_autoencoder.hpp"
#include "ldm_part.hpp"
#include "ldm_text_encoder.hpp"
#include "ldm_unet.hpp"

#include "radforge/core/error.hpp"

#include <fmt/ranges.h>

#include <array>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace radforge {

namespace {

constexpr const char* unet_prefix = "model.diffusion_model.";
constexpr const char* autoencoder_prefix = "first_stage_model.";
constexpr const char* clip_prefix = "cond_stage_model.transformer.";
constexpr const char* open_clip_prefix = "cond_stage_model.model.";
constexpr const char* average_prefix = "model_ema.";

/// What other files have in one of their names.
struct OtherKind {
  const char* marker;
  const char* kind;
};

// The first that fits counts: a LoRA file also names the blocks that it changes.
constexpr std::array<OtherKind, 6> other_kinds{{
    {"lora", "a LoRA file"},
    {"conditioner.embedders.", "a checkpoint of Stable Diffusion XL"},
    {"joint_blocks.", "a checkpoint of Stable Diffusion 3"},
    {"double_blocks.", "a checkpoint of Flux"},
    {"control_model.", "a checkpoint of ControlNet"},
    {"down_blocks.", "one model under diffusers' names (a pipeline folder holds such files)"},
}};

// The noise schedule's tables and the state of the average: what they hold follows from the configuration.
constexpr std::array<const char*, 15> dropped{
    "betas",
    "alphas_cumprod",
    "alphas_cumprod_prev",
    "sqrt_alphas_cumprod",
    "sqrt_one_minus_alphas_cumprod",
    "log_one_minus_alphas_cumprod",
    "sqrt_recip_alphas_cumprod",
    "sqrt_recipm1_alphas_cumprod",
    "posterior_variance",
    "posterior_log_variance_clipped",
    "posterior_mean_coef1",
    "posterior_mean_coef2",
    "logvar",
    "model_ema.decay",
    "model_ema.num_updates",
};

void refuse_other_kinds(const StateDict& tensors, const std::string& file_name) {
  for (const OtherKind& other : other_kinds) {
    for (const auto& [name, tensor] : tensors) {
      if (name.find(other.marker) != std::string::npos) {
        throw DataError("{} seems to be {} (it has a tensor '{}'), which is not supported. Give a checkpoint of Stable Diffusion "
                        "1.x or 2.x",
                        file_name, other.kind, name);
      }
    }
  }
}

bool has_under(const StateDict& tensors, const std::string& prefix) {
  const auto first = tensors.lower_bound(prefix);
  return first != tensors.end() && first->first.starts_with(prefix);
}

// The average of model.diffusion_model.out.0.weight is model_ema.diffusion_modelout0weight.
std::string name_of_average(const std::string& name) {
  std::string flat = name.substr(std::string("model.").size());
  std::erase(flat, '.');
  return average_prefix + flat;
}

// Takes the averages out of `tensors`, or puts them in the place of the UNet's weights. Returns those missing.
std::vector<std::string> settle_average(StateDict& tensors, LdmWeights weights) {
  std::vector<std::string> missing;
  const bool wanted = weights == LdmWeights::averaged && has_under(tensors, average_prefix);
  for (auto entry = tensors.lower_bound(unet_prefix); entry != tensors.end() && entry->first.starts_with(unet_prefix); ++entry) {
    const auto average = tensors.extract(name_of_average(entry->first));
    if (!average.empty() && wanted) {
      entry->second = average.mapped();
    } else if (wanted) {
      missing.push_back(fmt::format("'{}' is missing", name_of_average(entry->first)));
    }
  }
  return missing;
}

void require_parts(const StateDict& tensors, const std::string& file_name) {
  std::vector<std::string> missing;
  if (!has_under(tensors, unet_prefix)) {
    missing.push_back(fmt::format("UNet ('{}*')", unet_prefix));
  }
  if (!has_under(tensors, autoencoder_prefix)) {
    missing.push_back(fmt::format("autoencoder ('{}*')", autoencoder_prefix));
  }
  if (!has_under(tensors, clip_prefix) && !has_under(tensors, open_clip_prefix)) {
    missing.push_back(fmt::format("text encoder ('{}*' or '{}*')", clip_prefix, open_clip_prefix));
  }
  if (!missing.empty()) {
    throw DataError(
        "{} has no {} (a checkpoint of Stable Diffusion 1.x or 2.x holds all three models). Give a file that is whole", file_name,
        fmt::join(missing, ", no "));
  }
}

void require_no_problems(const std::vector<std::string>& problems, const std::string& file_name) {
  if (!problems.empty()) {
    throw DataError(
        "{}: the tensors are not those of Stable Diffusion 1.x or 2.x ({} differences). Give a file that is whole and "
        "of these models:\n  {}",
        file_name, problems.size(), fmt::join(problems, "\n  "));
  }
}

} // namespace

LdmCheckpoint read_ldm_checkpoint(StateDict tensors, const std::string& file_name, LdmWeights weights) {
  refuse_other_kinds(tensors, file_name);
  require_parts(tensors, file_name);
  for (const char* name : dropped) {
    tensors.erase(name);
  }
  std::vector<std::string> problems = settle_average(tensors, weights);

  LdmCheckpoint checkpoint;
  LdmPart unet(tensors, unet_prefix, file_name);
  checkpoint.unet_config = read_ldm_unet(unet);
  LdmPart autoencoder(tensors, autoencoder_prefix, file_name);
  checkpoint.autoencoder_config = read_ldm_autoencoder(autoencoder);
  if (const auto scale = tensors.find("scale_factor"); scale != tensors.end() && scale->second.numel() == 1) {
    checkpoint.autoencoder_config.scaling_factor = scale->second.item<double>();
    if (!(checkpoint.autoencoder_config.scaling_factor > 0 && std::isfinite(checkpoint.autoencoder_config.scaling_factor))) {
      throw DataError("{}: scale_factor is {} (latents are multiplied by it). Give a file that is whole", file_name,
                      checkpoint.autoencoder_config.scaling_factor);
    }
    tensors.erase(scale);
  }
  const bool is_open_clip = has_under(tensors, open_clip_prefix);
  LdmPart text_encoder(tensors, is_open_clip ? open_clip_prefix : clip_prefix, file_name);
  checkpoint.text_encoder_config = is_open_clip ? read_ldm_open_clip(text_encoder) : read_ldm_clip(text_encoder);

  for (const LdmPart* part : {&unet, &autoencoder, &text_encoder}) {
    const std::vector<std::string> found = part->problems();
    problems.insert(problems.end(), found.begin(), found.end());
  }
  for (const auto& [name, tensor] : tensors) {
    problems.push_back(fmt::format("'{}' is unexpected", name));
  }
  require_no_problems(problems, file_name);

  checkpoint.unet = unet.weights();
  checkpoint.autoencoder = autoencoder.weights();
  checkpoint.text_encoder = text_encoder.weights();
  return checkpoint;
}

} // namespace radforge
