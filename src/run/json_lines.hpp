#pragma once

#include "radforge/core/file_descriptor.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace radforge {

/// A file of JSON objects, one a line, each with a "step" above the one before. Errors: IoError.
class JsonLines {
 public:
  /// Opens the file or makes it; what follows the last good line is cut away.
  explicit JsonLines(const std::filesystem::path& path);

  /// Cuts the lines of steps above `step`.
  void keep_through(std::int64_t step);
  /// `line` is the object without its end of line.
  void append(std::int64_t step, std::string line);
  /// To the disk: what was appended outlives a crash of the machine.
  void sync();

 private:
  void cut_to(std::int64_t length);

  FileDescriptor file_;
  std::int64_t length_ = 0;
  std::int64_t last_step_ = -1;
};

} // namespace radforge
