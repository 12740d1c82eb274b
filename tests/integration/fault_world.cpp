// A world that fails in the way its first argument says: fault_world.sh looks how it ends.
#include "radforge/comm/agreement.hpp"
#include "radforge/comm/guard.hpp"
#include "radforge/comm/mpi_session.hpp"
#include "radforge/core/error.hpp"

#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string_view>
#include <thread>

using namespace radforge;

namespace {

void fail_on_rank_1(const Communicator& world) {
  if (world.rank() == 1) {
    throw IoError("no space left (on purpose): free some");
  }
}

/// Leaves its pid in `folder` and works until it is killed.
[[noreturn]] void work_for_ever(Communicator& world, const std::filesystem::path& folder) {
  std::ofstream(folder / std::to_string(world.rank())) << getpid() << std::endl;
  while (true) {
    world.barrier();
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

int body(Communicator& world, std::string_view mode, const char* argument) {
  if (mode == "throw") {
    fail_on_rank_1(world);
  } else if (mode == "agree") {
    agree(world, [&] { fail_on_rank_1(world); });
  } else if (mode == "work") {
    work_for_ever(world, argument);
  }
  world.barrier();
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  const std::string_view mode = argc > 1 ? argv[1] : "";
  try {
    MpiSession session(argc, argv);
    const auto world = session.world();
    if (mode == "unguarded") {
      if (world->rank() == 1) {
        throw std::runtime_error("an exception that nobody guards");
      }
      world->barrier();
      return 0;
    }
    return run_guarded(*world, Log(world->rank(), world->size()), [&] { return body(*world, mode, argc > 2 ? argv[2] : "."); });
  } catch (const std::exception& error) {
    std::cerr << "rank " << MpiSession::launcher_rank() << ": " << error.what() << std::endl;
    return static_cast<int>(ExitCode::internal);
  }
}
