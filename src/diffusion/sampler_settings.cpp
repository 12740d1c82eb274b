#include "sampler_settings.hpp"

#include "radforge/core/error.hpp"

namespace radforge {

SamplerSettings settings_of(const SamplerConfig& config, const SchedulerConfig& folder) {
  SamplerSettings settings{.name = config.name == "pipeline" ? folder.name : config.name,
                           .steps = config.steps,
                           .eta = config.eta,
                           .timestep_spacing = config.timestep_spacing,
                           .steps_offset = folder.steps_offset};
  const std::string& name = settings.name;
  if (settings.timestep_spacing == "default") {
    const bool from_noise_papers = name == "ddpm" || name == "ddim" || name == "pndm";
    settings.timestep_spacing = !folder.timestep_spacing.empty() ? folder.timestep_spacing
                                : from_noise_papers              ? "leading"
                                                                 : "linspace";
  }
  settings.set_alpha_to_one = folder.set_alpha_to_one.value_or(name == "ddim");
  settings.karras_sigmas = config.sigmas == "karras" || (folder.use_karras_sigmas && has_karras_sigmas(name));
  if (settings.karras_sigmas && !has_karras_sigmas(name)) {
    throw ConfigError(
        "sampler.sigmas is karras (the sampler is {}, which has no such spacing). Choose euler, heun, dpm_solver_2m, "
        "dpm_solver_sde_2m or unipc as sampler.name, or leave sigmas out",
        name);
  }
  if (settings.eta != 0 && name != "ddim") {
    throw ConfigError("sampler.eta is {} (the sampler is {}; only ddim has it). Leave it out or choose ddim", settings.eta, name);
  }
  return settings;
}

} // namespace radforge
