#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace radforge {

/// Arithmetic of a training, in FLOP, from its configuration and the size of its images as far as the data are there: what a
/// sweep orders its runs by. 0 for what is no training. Errors: ConfigError.
double run_cost(const std::filesystem::path& config, const std::vector<std::string>& overrides);

} // namespace radforge
