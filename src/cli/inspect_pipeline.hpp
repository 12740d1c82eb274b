#pragma once

#include <filesystem>

namespace radforge {

/// Prints the modules of a pipeline folder, their parameters and types, the tokenizer and the noise schedule, having checked that
/// the weights fit their configurations. Errors: DataError, IoError.
void inspect_pipeline(const std::filesystem::path& folder);

} // namespace radforge
