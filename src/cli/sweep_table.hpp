#pragma once

#include "radforge/evaluate/sweep_plan.hpp"

#include <string>
#include <vector>

namespace radforge {

/// Its last start ended well and had this configuration.
bool is_finished(const SweepRun& run, const std::string& resolved_config);

/// A line each run: how its last start ended, its last step and what validation said there, as its folder tells. Errors: IoError,
/// DataError.
std::string sweep_table(const std::vector<SweepRun>& runs);

} // namespace radforge
