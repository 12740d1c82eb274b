#pragma once

#include "scaling_runs.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace radforge {

/// The result's name in a run's folder, written last.
inline constexpr const char* scaling_file = "scaling.json";

/// points.csv, fits.csv, predictions.csv, optimum.csv, curves.csv and scaling.json (docs/scaling.md). Errors: IoError.
void write_scaling(const std::filesystem::path& folder, const std::string& config_digest, const ScalingConfig& config,
                   const ScalingRuns& runs, const std::vector<ScalingResult>& results);

/// Tables for people: the laws, what they predicted, how budgets are best spent.
std::string scaling_text(const std::vector<ScalingResult>& results);

} // namespace radforge
