#pragma once

#include "run_session.hpp"

#include "radforge/config/evaluation_config.hpp"

#include <filesystem>
#include <string>

namespace radforge {

/// Where what a model of this name says is kept in the folder of an evaluation.
std::filesystem::path answers_file(const std::filesystem::path& folder, const std::string& model);

/// Digests of the networks and of the images that they are shown, "WHAT NAME DIGEST" a line. Errors: IoError, DataError.
std::string inputs_of_networks(const EvaluationConfig& config);

/// Shows the images to every network that was not asked yet, each rank its share, and writes what they say. Collective. Errors:
/// DataError (a network learned from patients that are judged, and no list allows it; images of another size).
void ask_networks(const EvaluationConfig& config, RunSession& session);

} // namespace radforge
