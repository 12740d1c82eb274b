#pragma once

#include "radforge/config/scaling_config.hpp"

#include <filesystem>
#include <string>

namespace radforge {

/// A number that a run's folder holds, or why it holds none.
struct MeasuredValue {
  double value = 0;
  std::int64_t step = 0; ///< of the training that it is of, where the file tells
  std::string missing;   ///< why there is none, in words; empty: there is one
};

/// The file of a run's folder that holds the measure.
std::filesystem::path file_of_measure(const ScalingMeasureConfig& measure, const std::filesystem::path& run);

/// Errors: ConfigError (several rows fit, and the measure does not say which), DataError (a damaged file), IoError.
MeasuredValue measured_value(const ScalingMeasureConfig& measure, const std::filesystem::path& run);

/// What last_step() reads; a training that never logged has none.
std::filesystem::path file_of_steps(const std::filesystem::path& run);

/// The step of the last line of a training's metrics; 0 without any. Errors: DataError (a damaged file), IoError.
std::int64_t last_step(const std::filesystem::path& run);

} // namespace radforge
