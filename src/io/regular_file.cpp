#include "regular_file.hpp"

#include "radforge/core/error.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <vector>

namespace radforge {

FileDescriptor open_regular_file(const std::filesystem::path& path) {
  FileDescriptor file(path, O_RDONLY | O_NONBLOCK); // a pipe without a writer would wait
  struct stat status = {};
  if (fstat(file.number(), &status) != 0) {
    throw_io_error("look at", path, errno);
  }
  if (!S_ISREG(status.st_mode)) {
    throw IoError("cannot read '{}' (not a regular file) give the path of a file", path.string());
  }
  return file;
}

void require_readable(const std::filesystem::path& path, std::uint64_t first, std::uint64_t count) {
  const FileDescriptor file = open_regular_file(path);
  std::vector<std::byte> buffer(std::min<std::uint64_t>(count, 1 << 20));
  while (count > 0) {
    const std::size_t done = file.read_at(std::span(buffer).first(std::min<std::uint64_t>(count, buffer.size())), first);
    if (done == 0) {
      return;
    }
    first += done;
    count -= done;
  }
}

} // namespace radforge
