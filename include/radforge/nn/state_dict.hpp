#pragma once

#include "radforge/nn/parameter_set.hpp"

#include <filesystem>
#include <map>
#include <string>

namespace radforge {

/// Reads a safetensors file. Tensors are views of the file, mapped for as long as one of them lives (those that are not aligned
/// for their type are copies): they may be read, and a write ends the process. Meanwhile the file may be replaced or deleted, but
/// not cut short in place. Errors: DataError, IoError.
StateDict read_state_dict(const std::filesystem::path& path);

/// Writes a safetensors file in the order of names, atomically. Equal tensors give equal bytes. Errors: IoError.
void write_state_dict(const std::filesystem::path& path, const StateDict& state,
                      const std::map<std::string, std::string>& metadata = {{"format", "pt"}});

} // namespace radforge
