#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace radforge {

/// A file of JSON objects, one a line, each with a "step" above the one before. Errors: IoError.
class JsonLines {
 public:
  /// Opens the file or makes it; what follows the last good line is cut away.
  explicit JsonLines(std::filesystem::path path);
  ~JsonLines();
  JsonLines(const JsonLines&) = delete;
  JsonLines& operator=(const JsonLines&) = delete;

  /// Cuts the lines of steps above `step`.
  void keep_through(std::int64_t step);
  /// `line` is the object without its end of line.
  void append(std::int64_t step, std::string line);

 private:
  [[noreturn]] void fail(const char* what) const;
  void cut_to(std::int64_t length);

  std::filesystem::path path_;
  int descriptor_ = -1;
  std::int64_t length_ = 0;
  std::int64_t last_step_ = -1;
};

} // namespace radforge
