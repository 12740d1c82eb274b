#pragma once

#include "checkpoint_manifest.hpp"

#include "radforge/core/file_system.hpp"
#include "radforge/io/safetensors.hpp"

#include <atomic>
#include <filesystem>
#include <map>
#include <span>
#include <string>

namespace radforge {

/// Writes a safetensors file and flushes it to the disk; its size and digest. Gives up where `cancelled` is set, with a file that
/// is cut short. Errors: IoError.
CheckpointManifest::File write_checkpoint_file(FileSystem& system, const std::filesystem::path& path,
                                               std::span<const TensorView> tensors,
                                               const std::map<std::string, std::string>& metadata,
                                               const std::atomic<bool>& cancelled);

} // namespace radforge
