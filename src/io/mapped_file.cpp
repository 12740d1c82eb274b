#include "mapped_file.hpp"

#include "regular_file.hpp"

#include <cerrno>

#include <sys/mman.h>
#include <sys/stat.h>

namespace radforge {

MappedFile::MappedFile(const std::filesystem::path& path) {
  const FileDescriptor file = open_regular_file(path);
  struct stat status = {};
  if (fstat(file.number(), &status) != 0) {
    throw_io_error("look at", path, errno);
  }
  if (status.st_size == 0) {
    return;
  }
  const auto size = static_cast<std::size_t>(status.st_size);
  void* address = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.number(), 0);
  if (address == MAP_FAILED) {
    throw_io_error("map into memory", path, errno);
  }
  bytes_ = {static_cast<const std::byte*>(address), size};
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) {
    munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
  }
}

} // namespace radforge
