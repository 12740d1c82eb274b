#include "world_end.hpp"

#include "radforge/core/error.hpp"

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <future>
#include <memory>
#include <thread>

namespace radforge {

bool run_bounded(std::function<void()> step, std::chrono::milliseconds limit) {
  auto done = std::make_shared<std::promise<void>>();
  const auto end = done->get_future();
  std::thread([step = std::move(step), done] {
    try {
      step();
    } catch (...) { // a report that cannot be written changes nothing
    }
    done->set_value();
  }).detach();
  return end.wait_for(limit) == std::future_status::ready;
}

void end_world(WorldEnd end) {
  constexpr int exit_code = static_cast<int>(ExitCode::communication);
  run_bounded(std::move(end.tell), std::chrono::seconds(2));
  run_bounded(std::move(end.abort), std::chrono::seconds(4));
  for (const ProcessIdentity& process : end.processes) {
    if (process.pid != getpid() && is_running(process)) {
      kill(static_cast<pid_t>(process.pid), SIGKILL);
    }
  }
  std::_Exit(exit_code);
}

} // namespace radforge
