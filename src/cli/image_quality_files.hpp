#pragma once

#include "radforge/quality/image_quality.hpp"

#include <filesystem>
#include <string>

namespace radforge {

inline constexpr const char* image_quality_file = "image_quality.json";

/// Writes what was measured into the folder: `nearest-SPACE.csv` and `.png` of each feature space where training images were
/// given, `image_quality.csv`, and last `image_quality.json`. Errors: IoError, DataError.
void write_image_quality(const std::filesystem::path& folder, const std::string& config_digest, const ImageQualityConfig& config,
                         const ImageQuality& images, const ImageQualityResult& result);

/// Tables for people: of distances a line a subgroup, of the rest a line a number.
std::string image_quality_text(const std::filesystem::path& folder);

} // namespace radforge
