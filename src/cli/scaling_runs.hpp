#pragma once

#include "radforge/config/scaling_config.hpp"
#include "radforge/evaluate/scaling.hpp"

#include <string>
#include <vector>

namespace radforge {

/// What the folder of a sweep holds for laws to be fitted to.
struct ScalingRuns {
  std::vector<ScalingMeasure> measures; ///< in the order of the configuration
  std::vector<std::string> notes;       ///< runs that were left out, and why
  std::string inputs;                   ///< "file PATH DIGEST" a line, of all that the numbers follow from
};

/// Errors: DataError (no sweep there, no run of an entry is finished, a measure that none has), ConfigError (an entry that the
/// sweep does not have, or of another kind), IoError.
ScalingRuns read_scaling_runs(const ScalingConfig& config);

} // namespace radforge
