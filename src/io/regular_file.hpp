#pragma once

#include "radforge/core/file_descriptor.hpp"

#include <cstdint>
#include <filesystem>

namespace radforge {

/// Opens for reading. Errors: IoError, for what is no regular file too.
FileDescriptor open_regular_file(const std::filesystem::path& path);

/// Throws IoError if the file system refuses some of the file's bytes [first, first + count). Told to whoever failed to read them
/// by a library that calls every failure damage; bytes beyond the end are no failure here.
void require_readable(const std::filesystem::path& path, std::uint64_t first, std::uint64_t count);

} // namespace radforge
