#pragma once

#include "radforge/nn/parameter_set.hpp"

#include <filesystem>
#include <string>

namespace radforge {

/// The weights `stem` of a part of a pipeline, as the Python ecosystem lays them out: `stem`.safetensors, or pieces that
/// `stem`.safetensors.index.json lists; failing both, the half-precision variant (`stem`.fp16.safetensors and its index). Errors:
/// DataError (nothing there, a pickle file alone, an index that does not fit its pieces or names a file elsewhere), IoError.
StateDict read_weights(const std::filesystem::path& folder, const std::string& stem);

} // namespace radforge
