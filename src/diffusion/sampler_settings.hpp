#pragma once

#include "radforge/config/generate_config.hpp"

#include <cstdint>
#include <string>

namespace radforge {

/// A sampler with nothing left open.
struct SamplerSettings {
  std::string name;
  std::int64_t steps = 0;
  double eta = 0;
  std::string timestep_spacing;
  std::int64_t steps_offset = 0;
  bool set_alpha_to_one = false;
  bool karras_sigmas = false;
};

/// See make_sampler. Errors: ConfigError (eta or Karras sigmas for a sampler that has none).
SamplerSettings settings_of(const SamplerConfig& config, const SchedulerConfig& folder);

} // namespace radforge
