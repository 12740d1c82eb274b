#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace radforge {

/// The configuration of whichever task the file is of, as YAML with every key. Errors: ConfigError.
std::string resolved_config(const std::filesystem::path& path, const std::vector<std::string>& overrides);

} // namespace radforge
