#include "radforge/train/lr_schedule.hpp"

#include "radforge/core/error.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace radforge {

double learning_rate_at(const OptimizerConfig& config, std::int64_t step, std::int64_t num_steps) {
  if (step < config.warmup_steps) {
    return config.learning_rate * static_cast<double>(step + 1) / static_cast<double>(config.warmup_steps);
  }
  if (config.schedule == "constant") {
    return config.learning_rate;
  }
  const auto rest = static_cast<double>(std::max<std::int64_t>(num_steps - config.warmup_steps, 1));
  const double done = std::min(static_cast<double>(step - config.warmup_steps) / rest, 1.0);
  const double fall = config.learning_rate - config.final_learning_rate;
  if (config.schedule == "linear") {
    return config.learning_rate - fall * done;
  }
  if (config.schedule == "cosine") {
    return config.final_learning_rate + fall * 0.5 * (1 + std::cos(std::numbers::pi * done));
  }
  throw ConfigError("optimizer.schedule '{}' is not known (there are constant, linear and cosine)", config.schedule);
}

} // namespace radforge
