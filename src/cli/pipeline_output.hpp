#pragma once

#include "radforge/models/pipeline_folder.hpp"

#include <filesystem>
#include <functional>
#include <string>

namespace radforge {

/// The content with its weights in the floating type that configurations call `precision`.
PipelineContent in_precision(PipelineContent content, const std::string& precision);

/// Writes a folder under a temporary name by `write` and publishes it whole; what a killed process left under that name is
/// removed first. Errors: DataError when `folder` exists, IoError.
void publish_new_folder(const std::filesystem::path& folder, const std::function<void(const std::filesystem::path&)>& write);

} // namespace radforge
