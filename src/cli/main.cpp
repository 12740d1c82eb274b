#include "parse.hpp"
#include "process_setup.hpp"

#include "radforge/comm/guard.hpp"
#include "radforge/comm/mpi_session.hpp"
#include "radforge/core/error.hpp"

#include <cstdio>

int main(int argc, char** argv) {
  using namespace radforge;
  ParsedArguments arguments;
  try {
    arguments = parse_arguments(argc, argv);
  } catch (const Error& error) {
    if (MpiSession::launcher_rank() == 0) {
      std::fprintf(stderr, "radforge: %s\n", error.what());
    }
    return static_cast<int>(error.code());
  }
  if (arguments.text) {
    if (MpiSession::launcher_rank() == 0) {
      std::fputs(arguments.text->c_str(), stdout);
    }
    return static_cast<int>(ExitCode::ok);
  }

  MpiSession session(argc, argv);
  const std::unique_ptr<Communicator> world = session.world();
  const Log log(world->rank(), world->size());
  return run_guarded(*world, log, [&] {
    keep_freed_memory();
    set_threads_of_rank();
    arguments.command->run({arguments.line, *world, log});
    return static_cast<int>(ExitCode::ok);
  });
}
