#include "radforge/run/stop_request.hpp"

#include "radforge/core/error.hpp"

#include <array>
#include <atomic>
#include <csignal>
#include <system_error>
#include <utility>

namespace radforge {

namespace {

// A signal handler can reach static objects only: the one place where the process has them.
std::atomic<int> stop_signal{0};
std::atomic<bool> installed{false};
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<bool>::is_always_lock_free);

constexpr std::array kSignals = {SIGUSR1, SIGUSR2};
std::array<struct sigaction, kSignals.size()> former;

void note(int signal) {
  int none = 0;
  stop_signal.compare_exchange_strong(none, signal);
}

void install() {
  require(!installed.exchange(true), "a process has one StopRequest at a time");
  stop_signal = 0;
  struct sigaction action = {};
  action.sa_handler = note;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    sigaction(kSignals[i], &action, &former[i]);
  }
}

} // namespace

StopRequest::StopRequest() { install(); }

StopRequest::~StopRequest() {
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    sigaction(kSignals[i], &former[i], nullptr);
  }
  installed = false;
}

void StopRequest::watch_file(std::filesystem::path stop_file) {
  std::error_code problem;
  std::filesystem::remove(stop_file, problem);
  if (problem) {
    throw IoError("cannot remove the old stop file '{}' ({}): remove it by hand", stop_file.string(), problem.message());
  }
  stop_file_ = std::move(stop_file);
}

std::string_view StopRequest::reason() const {
  switch (stop_signal) {
  case SIGUSR1:
    return "signal USR1";
  case SIGUSR2:
    return "signal USR2";
  default:
    break;
  }
  std::error_code ignored;
  if (!stop_file_.empty() && std::filesystem::exists(stop_file_, ignored)) {
    return "stop file";
  }
  return {};
}

} // namespace radforge
