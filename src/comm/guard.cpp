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
  // A launcher that sees another rank fail first ends rank 0, and may lose what rank 0 has just said.
  return world.rank() == 0 ? exit_code : static_cast<int>(ExitCode::ok);
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
