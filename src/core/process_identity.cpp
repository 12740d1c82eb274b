#include "radforge/core/process_identity.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>
#include <string_view>

namespace radforge {

namespace {

struct ProcessState {
  char state = '?';
  std::int64_t start_ticks = 0;
};

/// From /proc/<pid>/stat (proc(5)): fields 3 and 22. The second, the program's name in parentheses, may hold anything.
std::optional<ProcessState> state_of(std::int64_t pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  std::string line;
  if (!std::getline(file, line, '\0')) {
    return std::nullopt;
  }
  const auto name_end = line.rfind(')');
  if (name_end == std::string::npos) {
    return std::nullopt;
  }
  std::istringstream fields(line.substr(name_end + 1));
  ProcessState result;
  fields >> result.state;
  std::string skipped;
  for (int field = 4; field < 22; ++field) {
    fields >> skipped;
  }
  fields >> result.start_ticks;
  return fields ? std::optional(result) : std::nullopt;
}

std::string first_line(const char* path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::int64_t number(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

} // namespace

std::string host_name() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  return name.data();
}

ProcessIdentity this_process() {
  ProcessIdentity me;
  me.host = host_name();
  me.boot_id = first_line("/proc/sys/kernel/random/boot_id");
  me.pid = getpid();
  me.start_ticks = state_of(me.pid).value_or(ProcessState{}).start_ticks;
  me.job_id = variable("SLURM_JOB_ID");
  me.restart_count = number(variable("SLURM_RESTART_COUNT"));
  return me;
}

bool on_same_machine(const ProcessIdentity& one, const ProcessIdentity& other) {
  return one.host == other.host && one.boot_id == other.boot_id;
}

char run_state(const ProcessIdentity& process) {
  const auto found = state_of(process.pid);
  return found && found->start_ticks == process.start_ticks ? found->state : '\0';
}

bool is_running(const ProcessIdentity& process) {
  const char state = run_state(process);
  return state != '\0' && state != 'Z' && state != 'X';
}

std::string describe(const ProcessIdentity& process) {
  const std::string place = fmt::format("pid {} on host {}", process.pid, process.host);
  return process.job_id.empty() ? place : fmt::format("{}, Slurm job {}", place, process.job_id);
}

} // namespace radforge
