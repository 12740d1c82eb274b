#pragma once

#include "radforge/evaluate/sweep_plan.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace radforge {

/// How the last start of the run in `folder` ended: "done", "stopped", "failed (3)", "running or killed"; "open" if there was
/// none. Errors: IoError.
std::string run_state(const std::filesystem::path& folder);

/// Its last start ended well and had this configuration.
bool is_finished(const SweepRun& run, const std::string& resolved_config);

/// A line each run: how its last start ended, its last step and what validation said there, as its folder tells. Errors: IoError,
/// DataError.
std::string sweep_table(const std::vector<SweepRun>& runs);

} // namespace radforge
