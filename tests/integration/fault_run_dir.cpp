// fault_run_dir FOLDER once|hold: owns a run folder, prints "epoch N", and leaves, or works until it is asked to stop.
// fault_run_dir.sh drives it.
#include "radforge/comm/agreement.hpp"
#include "radforge/comm/guard.hpp"
#include "radforge/comm/mpi_session.hpp"
#include "radforge/core/error.hpp"
#include "radforge/run/run_dir.hpp"
#include "radforge/run/stop_request.hpp"

#include <chrono>
#include <iostream>
#include <string_view>
#include <thread>

using namespace radforge;

namespace {

int body(Communicator& world, const Log& log, const char* folder, std::string_view mode) {
  StopRequest stop;
  const RunDir dir(folder, world, log, {.stop = &stop});
  if (world.rank() == 0) {
    stop.watch_file(dir.path() / "stop");
  }
  if (world.rank() == 0) {
    std::cout << "epoch " << dir.epoch() << std::endl;
  }
  while (mode == "hold") {
    if (all_max(world, stop.requested() ? 1 : 0) != 0) {
      agree(world, [] { throw StoppedError("stopped on request: the same command resumes"); });
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  MpiSession session(argc, argv);
  const auto world = session.world();
  const Log log(world->rank(), world->size());
  return run_guarded(*world, log, [&] {
    if (argc < 3) {
      throw ConfigError("two arguments are needed: FOLDER once|hold");
    }
    return body(*world, log, argv[1], argv[2]);
  });
}
