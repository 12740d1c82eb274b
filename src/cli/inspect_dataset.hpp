#pragma once

#include <filesystem>

namespace radforge {

/// Prints what is in a data set (size, counts, subgroups, prevalence of findings) and writes `samples.png`, a sheet of its
/// images, beside it; of latents and text states what made them instead. Errors: DataError, IoError.
void inspect_dataset(const std::filesystem::path& folder);

} // namespace radforge
