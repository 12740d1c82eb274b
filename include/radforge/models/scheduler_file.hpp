#pragma once

#include "radforge/config/generate_config.hpp"
#include "radforge/config/train_config.hpp"

#include <filesystem>
#include <string>

namespace radforge {

// scheduler/scheduler_config.json of a pipeline folder, under diffusers' names. It is read for DDPM, DDIM, PNDM, EulerDiscrete,
// EulerAncestralDiscrete, HeunDiscrete, DPMSolverMultistep and UniPCMultistepScheduler; a key that is left out has the class's
// default. Errors of the readers: DataError naming the file and the key or class, where it holds what is not supported here
// (clipping, betas by hand, Runge-Kutta steps, other solver orders, ...), IoError.

/// The noise process.
DiffusionConfig read_scheduler_config(const std::filesystem::path& pipeline);
/// The sampler.
SchedulerConfig read_sampler_config(const std::filesystem::path& pipeline);
/// The class, e.g. "DDIMScheduler".
std::string read_scheduler_class(const std::filesystem::path& pipeline);

/// The sampler of a pipeline that this program trained: DDIM; with zero terminal SNR, timesteps are "trailing", so that the
/// noisiest is among them.
SchedulerConfig sampler_of_trained(const DiffusionConfig& config);

/// Writes a DDIMScheduler with the settings of sampler_of_trained().
void write_scheduler(const std::filesystem::path& pipeline, const DiffusionConfig& config);
/// Takes the file of another pipeline over as it stands.
void copy_scheduler(const std::filesystem::path& from, const std::filesystem::path& pipeline);

} // namespace radforge
