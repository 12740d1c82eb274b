#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace radforge {

/// Flushes a file, or a folder's entries, to the disk. Errors: IoError with the path and errno's text.
void sync_file(const std::filesystem::path& path);
void sync_folder(const std::filesystem::path& path);

/// Writes a file so that a reader sees the old content or the new one, never a part: temporary file, fsync, rename, fsync of the
/// folder. On any error the temporary file is removed and the old file is untouched. Errors: IoError.
void write_file_atomically(const std::filesystem::path& path, std::string_view content);

/// Publishes a file that somebody else wrote under a temporary name: fsync, rename, fsync of the folder.
void publish_file(const std::filesystem::path& temporary, const std::filesystem::path& final_path);

/// Publishes a folder: fsync of every file and folder in it, rename, fsync of the parent. `final_path` must not exist.
void publish_folder(const std::filesystem::path& temporary, const std::filesystem::path& final_path);

/// A whole file as text. Errors: IoError that says whether it is missing, unreadable or a folder.
std::string read_file(const std::filesystem::path& path);

} // namespace radforge
