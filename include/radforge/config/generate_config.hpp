#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace radforge {

class Schema;

/// Who is to be synthesised: every combination of these values equally often, in a keyed random order.
struct CohortConfig {
  std::int64_t num_images = 256;
  std::vector<std::string> sexes = {"M", "F"};
  std::vector<std::string> age_groups = {"18-39", "40-59", "60-79"};
  std::vector<std::string> views = {"PA"};
  std::vector<std::string> findings = {"No_Finding"}; ///< one of them an image; a finding column, or No_Finding
};

/// DDIM (Song et al. 2021) with classifier-free guidance.
struct SamplerConfig {
  std::int64_t steps = 25;
  double guidance_scale = 3.0; ///< 1 = no guidance
};

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
  std::string pipeline; ///< folder of a trained pipeline
  std::string prompt = "{age} year old {sex}. {view} view. {findings}.";
  CohortConfig cohort;
  SamplerConfig sampler;
  std::int64_t batch_size = 32;
  std::int64_t rows_per_shard = 128;
  std::int64_t compression_level = 4;
  SheetConfig sheet;
};

void describe(Schema& schema, CohortConfig& config);
void describe(Schema& schema, SamplerConfig& config);
void describe(Schema& schema, SheetConfig& config);
void describe(Schema& schema, GenerateConfig& config);

} // namespace radforge
