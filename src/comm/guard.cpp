#include "radforge/comm/guard.hpp"

#include "radforge/core/error.hpp"

namespace radforge {

namespace {

int end_world(Communicator& world, const Log& log, ExitCode code, const char* text) {
  const int exit_code = static_cast<int>(code);
  log.local(LogLevel::error, text);
  if (world.size() > 1) {
    world.abort(exit_code);
  }
  return exit_code;
}

} // namespace

int run_guarded(Communicator& world, const Log& log, const std::function<int()>& body) {
  try {
    return body();
  } catch (const Error& error) {
    if (!error.agreed() && world.size() > 1) {
      return end_world(world, log, error.code(), error.what());
    }
    log.all(error.code() == ExitCode::stopped ? LogLevel::info : LogLevel::error, error.what());
    return static_cast<int>(error.code());
  } catch (const std::exception& error) {
    return end_world(world, log, ExitCode::internal, error.what());
  } catch (...) {
    return end_world(world, log, ExitCode::internal, "an exception of unknown type");
  }
}

} // namespace radforge
