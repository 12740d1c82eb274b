#include "radforge/core/temporary_folder.hpp"

#include "radforge/core/error.hpp"
#include "radforge/core/file_descriptor.hpp"

#include <system_error>
#include <utility>

namespace radforge {

TemporaryFolder::TemporaryFolder(std::filesystem::path path) : path_(std::move(path)) {
  std::error_code problem;
  const bool made = std::filesystem::create_directory(path_, problem);
  if (problem) {
    throw_io_error("make", path_, problem.value());
  }
  if (!made) {
    throw IoError("{} is there already (a process that was killed left it, or one is at work). Remove it if none is",
                  path_.string());
  }
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

} // namespace radforge
