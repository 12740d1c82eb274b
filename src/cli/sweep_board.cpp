#include "sweep_board.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/file_descriptor.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace radforge {

namespace {

namespace fs = std::filesystem;

constexpr std::array ends{RunEnd::done, RunEnd::failed, RunEnd::skipped, RunEnd::stopped};

} // namespace

const char* name_of(RunEnd end) {
  switch (end) {
  case RunEnd::open:
    return "open";
  case RunEnd::taken:
    return "running";
  case RunEnd::done:
    return "done";
  case RunEnd::failed:
    return "failed";
  case RunEnd::skipped:
    return "skipped";
  case RunEnd::stopped:
    break;
  }
  return "stopped";
}

bool SweepBoard::take(const std::string& run) const {
  const fs::path path = folder_ / (run + ".taken");
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file < 0 && errno == EEXIST) {
    return false;
  }
  if (file < 0) {
    throw_io_error("create", path, errno);
  }
  ::close(file);
  return true;
}

void SweepBoard::end(const std::string& run, RunEnd end, const std::string& reason) const {
  write_file_atomically(folder_ / (run + "." + name_of(end)), reason);
}

RunEnd SweepBoard::state_of(const std::string& run) const {
  for (const RunEnd end : ends) {
    if (fs::exists(folder_ / (run + "." + name_of(end)))) {
      return end;
    }
  }
  return fs::exists(folder_ / (run + ".taken")) ? RunEnd::taken : RunEnd::open;
}

std::string SweepBoard::reason_of(const std::string& run) const {
  const RunEnd state = state_of(run);
  return state == RunEnd::open || state == RunEnd::taken ? "" : read_file(folder_ / (run + "." + name_of(state)));
}

} // namespace radforge
