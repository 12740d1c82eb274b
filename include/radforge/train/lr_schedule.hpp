#pragma once

#include "radforge/config/train_config.hpp"

#include <cstdint>

namespace radforge {

/// Learning rate of step `step` (from 0) of `num_steps`: linear warm-up, then constant, linear or cosine down to
/// final_learning_rate.
double learning_rate_at(const OptimizerConfig& config, std::int64_t step, std::int64_t num_steps);

} // namespace radforge
