#pragma once

#include "radforge/models/pipeline_folder.hpp"

#include <filesystem>
#include <functional>
#include <string>

namespace radforge {

/// The content with its weights in the floating type that configurations call `precision`. Errors: DataError for a tensor that is
/// not finite in it.
PipelineContent in_precision(PipelineContent content, const std::string& precision);

/// Writes a folder by `write` under a temporary name beside it, `folder`.partial-PID, and publishes it whole; on an error nothing
/// is left. Errors: DataError when `folder` exists, IoError.
void publish_new_folder(const std::filesystem::path& folder, const std::function<void(const std::filesystem::path&)>& write);

} // namespace radforge
