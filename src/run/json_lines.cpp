#include "json_lines.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <cerrno>
#include <limits>
#include <optional>
#include <span>
#include <string_view>

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

JsonLines::JsonLines(const std::filesystem::path& path) : file_(path, O_WRONLY | O_CREAT | O_APPEND, 0666) {
  keep_through(std::numeric_limits<std::int64_t>::max());
}

void JsonLines::keep_through(std::int64_t step) {
  const std::string content = read_file(file_.path());
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
  try {
    file_.write(std::as_bytes(std::span(line)));
  } catch (const IoError&) {
    [[maybe_unused]] const int cut = ::ftruncate(file_.number(), length_); // else the next start cuts the half line
    throw;
  }
  length_ += static_cast<std::int64_t>(line.size());
  last_step_ = step;
}

void JsonLines::sync() { file_.sync(); }

void JsonLines::cut_to(std::int64_t length) {
  if (::ftruncate(file_.number(), length) != 0) {
    throw_io_error("cut", file_.path(), errno);
  }
  length_ = length;
}

} // namespace radforge
