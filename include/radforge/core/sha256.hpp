#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

namespace radforge {

/// SHA-256 (FIPS 180-4) of bytes as 64 lower-case hex digits: what `sha256sum` prints. For files that others publish a digest of;
/// our own files carry the faster `digest` of hash.hpp.
std::string sha256(std::span<const std::byte> bytes);

/// Of a file, read piece by piece. Errors: IoError.
std::string sha256_of_file(const std::filesystem::path& path);

} // namespace radforge
