#pragma once

#include "radforge/config/pipeline_config.hpp"
#include "radforge/models/pipeline_folder.hpp"

#include <filesystem>

namespace radforge {

/// Writes README.md into the pipeline `folder`: what the models are, how they are opened, a SHA-256 digest of every weights file,
/// and where they come from: the run beside `source` (its run.json; its config.yaml is copied as training.yaml), or nothing
/// known. Errors: IoError; DataError for a run.json that is not ours.
void write_model_card(const std::filesystem::path& folder, const PipelineContent& content, const ExportConfig& config,
                      const std::filesystem::path& source);

} // namespace radforge
