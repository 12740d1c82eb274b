#include "radforge/core/atomic_file.hpp"

#include "radforge/core/file_descriptor.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <system_error>

namespace radforge {
namespace fs = std::filesystem;
namespace {

fs::path folder_of(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); }

void rename_to(const fs::path& from, const fs::path& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0) {
    throw_io_error("publish", to, errno);
  }
}

void rename_to_free_name(const fs::path& from, const fs::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) {
    return;
  }
  // Some network file systems do not know the flag.
  if (errno != EINVAL && errno != ENOSYS) {
    throw_io_error("publish", to, errno);
  }
  std::error_code ignored;
  if (fs::exists(fs::symlink_status(to, ignored))) {
    throw_io_error("publish", to, EEXIST);
  }
  rename_to(from, to);
}

void sync_tree(const fs::path& folder) {
  std::error_code error;
  fs::directory_iterator entries(folder, error);
  for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
    const fs::file_status status = entries->symlink_status(error);
    if (error) {
      break;
    }
    if (fs::is_directory(status)) {
      sync_tree(entries->path());
    } else if (fs::is_regular_file(status)) {
      sync_file(entries->path());
    }
  }
  if (error) {
    throw_io_error("list", folder, error.value());
  }
  sync_folder(folder);
}

} // namespace

void sync_file(const fs::path& path) { FileDescriptor(path, O_RDONLY).sync(); }

void sync_folder(const fs::path& path) { FileDescriptor(path, O_RDONLY | O_DIRECTORY).sync(); }

void write_file_atomically(const fs::path& path, std::string_view content) {
  // In the same folder, because rename() is atomic only within one file system.
  FileDescriptor file = FileDescriptor::create_unique(folder_of(path) / fmt::format(".{}.tmp", path.filename().string()));
  try {
    file.write(std::as_bytes(std::span(content)));
    file.sync();
    file.close();
    rename_to(file.path(), path);
  } catch (...) {
    ::unlink(file.path().c_str());
    throw;
  }
  sync_folder(folder_of(path));
}

void publish_file(const fs::path& temporary, const fs::path& final_path) {
  sync_file(temporary);
  rename_to(temporary, final_path);
  sync_folder(folder_of(final_path));
}

void publish_folder(const fs::path& temporary, const fs::path& final_path) {
  sync_tree(temporary);
  rename_to_free_name(temporary, final_path);
  sync_folder(folder_of(final_path));
}

std::string read_file(const fs::path& path) {
  FileDescriptor file(path, O_RDONLY);
  std::string content;
  std::array<char, 1 << 16> buffer;
  while (const std::size_t count = file.read(std::as_writable_bytes(std::span(buffer)))) {
    content.append(buffer.data(), count);
  }
  return content;
}

} // namespace radforge
