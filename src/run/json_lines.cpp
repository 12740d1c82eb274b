#include "json_lines.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <cerrno>
#include <limits>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

namespace radforge {

namespace {

std::optional<std::int64_t> step_of(std::string_view line) {
  const auto json = nlohmann::json::parse(line, nullptr, false);
  if (!json.is_object()) {
    return std::nullopt;
  }
  const auto step = json.find("step");
  if (step == json.end() || !step->is_number_integer()) {
    return std::nullopt;
  }
  return step->get<std::int64_t>();
}

} // namespace

JsonLines::JsonLines(std::filesystem::path path) : path_(std::move(path)) {
  descriptor_ = open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (descriptor_ < 0) {
    fail("open");
  }
  try {
    keep_through(std::numeric_limits<std::int64_t>::max());
  } catch (...) {
    close(descriptor_);
    throw;
  }
}

JsonLines::~JsonLines() { close(descriptor_); }

void JsonLines::keep_through(std::int64_t step) {
  const std::string content = read_file(path_);
  std::size_t kept = 0;
  last_step_ = -1;
  for (auto end = content.find('\n'); end != std::string::npos; end = content.find('\n', kept)) {
    const auto found = step_of(std::string_view(content).substr(kept, end - kept));
    if (!found || *found <= last_step_ || *found > step) {
      break;
    }
    last_step_ = *found;
    kept = end + 1;
  }
  cut_to(static_cast<std::int64_t>(kept));
}

void JsonLines::append(std::int64_t step, std::string line) {
  require(step > last_step_, "the steps of a log grow");
  line += '\n';
  std::string_view rest = line;
  while (!rest.empty()) {
    const ssize_t written = write(descriptor_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written < 0) {
      const int problem = errno;
      cut_to(length_);
      errno = problem;
      fail("write");
    }
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  length_ += static_cast<std::int64_t>(line.size());
  last_step_ = step;
}

void JsonLines::cut_to(std::int64_t length) {
  if (ftruncate(descriptor_, length) != 0) {
    fail("cut");
  }
  length_ = length;
}

void JsonLines::fail(const char* what) const {
  const int problem = errno;
  throw IoError("cannot {} '{}' ({}): {}", what, path_.string(), std::generic_category().message(problem),
                problem == ENOSPC || problem == EDQUOT ? "free some space and start the same command again"
                                                       : "check that the output folder can be written");
}

} // namespace radforge
