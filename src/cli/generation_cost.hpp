#pragma once

#include "training_plan.hpp"

#include "radforge/config/generate_config.hpp"

#include <string>

namespace radforge {

/// What a generation takes, as people read it: the cohort, arithmetic by part, time, storage, files, and jobs for each number of
/// GPUs. A pipeline that is not there yet is counted with the models of Stable Diffusion 2.1-base. Errors: those of
/// GenerationPlan and make_sampler.
std::string generation_plan_text(const GenerateConfig& config, const AssumedRates& rates);

} // namespace radforge
