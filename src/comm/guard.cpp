#include "radforge/comm/guard.hpp"

#include "radforge/core/failure.hpp"

namespace radforge {

namespace {

int end_run(Communicator& world, const Log& log, const Failure& failure) {
  const int exit_code = static_cast<int>(failure.code);
  if (!failure.agreed && world.size() > 1) {
    log.local(LogLevel::error, failure.text);
    world.abort(exit_code);
  }
  log.all(failure.code == ExitCode::stopped ? LogLevel::info : LogLevel::error, failure.text);
  return exit_code;
}

} // namespace

int run_guarded(Communicator& world, const Log& log, const std::function<int()>& body) {
  try {
    return body();
  } catch (...) {
    return end_run(world, log, current_failure());
  }
}

} // namespace radforge
