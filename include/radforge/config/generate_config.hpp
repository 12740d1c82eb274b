#pragma once

#include "radforge/config/cohort_config.hpp"
#include "radforge/config/compute_config.hpp"
#include "radforge/config/quality_config.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace radforge {

/// Where guidance applies, in fractions of the training timesteps: 0 = an image without noise, 1 = noise alone (Kynkäänniemi et
/// al. 2024). Elsewhere only the conditional half is evaluated.
struct GuidanceIntervalConfig {
  double lowest = 0;
  double highest = 1;
};

/// How a sample is made from noise, with classifier-free guidance.
struct SamplerConfig {
  std::string name = "pipeline"; ///< "pipeline" = what the folder's scheduler_config.json names
  std::int64_t steps = 25;
  double eta = 0;                           ///< noise of DDIM: 0 = none, 1 = as much as DDPM
  std::string timestep_spacing = "default"; ///< the folder's, where it names none the sampler's customary one
  std::string sigmas = "default";           ///< "karras" = noise levels as Karras et al. 2022 space them
  double guidance_scale = 3.0;              ///< 1 = no guidance
  double guidance_rescale = 0;              ///< Lin et al. 2023, section 3.4; 0 = none
  GuidanceIntervalConfig guidance_interval;
};

/// What a pipeline folder says of its sampler. What its file leaves out is empty, so that a sampler's own custom holds.
struct SchedulerConfig {
  std::string name = "ddim"; ///< one of SamplerConfig's names, not "pipeline"
  std::string timestep_spacing;
  std::int64_t steps_offset = 0;
  std::optional<bool> set_alpha_to_one;
  bool use_karras_sigmas = false;

  bool operator==(const SchedulerConfig&) const = default;
};

/// Whether a sampler's noise levels can be spaced as Karras et al. do.
bool has_karras_sigmas(const std::string& sampler_name);

/// The contact sheet: real images of a data set beside synthetic ones with the same attributes.
struct SheetConfig {
  std::string real_dataset; ///< empty = synthetic images alone
  std::string real_split = "train";
  std::int64_t rows = 6;
  std::int64_t columns = 8; ///< of each kind
};

struct GenerateConfig {
  std::string task = "generation";
  std::int64_t seed = 1;
  std::string pipeline;           ///< folder of a trained pipeline
  std::string precision = "fp32"; ///< of weights and activations; the sampler itself computes in fp32
  std::string prompt = "{age} year old {sex}. {view} view. {findings}.";
  CohortConfig cohort;
  SamplerConfig sampler;
  QualityConfig quality;
  std::int64_t batch_size = 32;
  std::int64_t rows_per_shard = 128;
  std::int64_t compression_level = 4;
  SheetConfig sheet;
  ComputeConfig compute;
};

void describe(Schema& schema, GuidanceIntervalConfig& config);
void describe(Schema& schema, SamplerConfig& config);
void describe(Schema& schema, SheetConfig& config);
void describe(Schema& schema, GenerateConfig& config);

} // namespace radforge
