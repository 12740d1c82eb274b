#pragma once

#include "radforge/core/log.hpp"

#include <filesystem>
#include <set>
#include <string>

namespace radforge {

/// Warns once, with their number and the first of them, of prompts of which the tokenizer in `folder` cuts the end off. Called by
/// rank 0. Errors: DataError, IoError.
void warn_of_truncated_prompts(const std::set<std::string>& prompts, const std::filesystem::path& folder, const Log& log);

} // namespace radforge
