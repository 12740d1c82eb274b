#pragma once

#include "sampler_settings.hpp"

#include "radforge/diffusion/noise_schedule.hpp"

#include <vector>

namespace radforge {

/// From one noise level to the next.
struct SamplerStep {
  NoiseLevel from;
  NoiseLevel to;

  /// Step size in lambda, h of the DPM-Solver papers; infinite to no noise.
  double length() const { return to.lambda() - from.lambda(); }
};

// The steps of each kind of sampler, at the timesteps where diffusers has them (spacings: Lin et al. 2023, table 2). Errors of
// all: ConfigError naming sampler.steps where the training timesteps do not suffice.

/// From timestep to timestep, the last to no noise: DDPM.
std::vector<SamplerStep> chained_steps(const NoiseSchedule& schedule, const SamplerSettings& settings);

/// From each timestep down by num_timesteps / steps, whatever the spacing, as the releases that models were tuned with do it;
/// below the first timestep stands its level or, with set_alpha_to_one, no noise: DDIM.
std::vector<SamplerStep> strided_steps(const NoiseSchedule& schedule, const SamplerSettings& settings);

/// The strided steps with the second done again from where the first began: [1] goes from the first's start to the second's, and
/// is evaluated at its end. PNDM.
std::vector<SamplerStep> pseudo_steps(const NoiseSchedule& schedule, const SamplerSettings& settings);

/// Between ratios, at timesteps that are fractional in the spacing linspace and with Karras sigmas; the last to no noise: Euler,
/// Heun.
std::vector<SamplerStep> ratio_steps(const NoiseSchedule& schedule, const SamplerSettings& settings);

/// At whole timesteps of one more step, of which the last is left to no noise, but for trailing: DPM-Solver++, UniPC.
std::vector<SamplerStep> multistep_steps(const NoiseSchedule& schedule, const SamplerSettings& settings);

/// Where the steps begin.
std::vector<double> timesteps_of(const std::vector<SamplerStep>& steps);

/// Deviation of x / alpha at the start. Where the spacing leaves the noisiest timestep out, the data's variance of one is counted
/// too.
double ratio_start(const std::vector<SamplerStep>& steps, const SamplerSettings& settings);

} // namespace radforge
