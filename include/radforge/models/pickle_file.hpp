#pragma once

#include <filesystem>

namespace radforge {

/// Throws DataError if `path` is a pickle, which runs code of its maker's choice when it is read: by its suffix (.pt, .pth,
/// .ckpt, .bin, .pkl, .pickle) or by its first bytes (a zip archive, as torch.save writes it, or a pickle stream), whatever its
/// name. The error names tools/convert_weights, which makes a safetensors file of it. Nothing after the first bytes is read.
/// Errors: IoError.
void require_safetensors(const std::filesystem::path& path);

} // namespace radforge
