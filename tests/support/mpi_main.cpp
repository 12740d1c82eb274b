// The main of MPI tests. One rank that fails a test case may leave the others waiting in a collective: the first failure
// therefore ends the world. Ranks above 0 are silent unless they fail.
#define CATCH_CONFIG_RUNNER
// Catch would take the SIGTERM that ends the peers of a failed rank for a failure of their own.
#define CATCH_CONFIG_NO_POSIX_SIGNALS
#include <catch2/catch.hpp>

#include "mpi_world.hpp"
#include "radforge/comm/agreement.hpp"
#include "radforge/comm/mpi_session.hpp"

#include <iostream>
#include <sstream>

namespace radforge {

namespace {

constexpr int kFailureExitCode = 86;

// Catch creates listeners itself and hands them nothing of ours.
Communicator* world_of_tests = nullptr;
std::ostringstream* silenced_output = nullptr;

void print_silenced_output() {
  if (silenced_output != nullptr) {
    std::cerr << "[rank " << test_world().rank() << "] " << silenced_output->str() << std::endl;
  }
}

class EndWorldOnFailure : public Catch::TestEventListenerBase {
 public:
  using Catch::TestEventListenerBase::TestEventListenerBase;

  void testCaseEnded(const Catch::TestCaseStats& stats) override {
    if (stats.totals.assertions.failed == 0 || test_world().size() == 1) {
      return;
    }
    std::cout.flush();
    print_silenced_output();
    std::cerr << "[rank " << test_world().rank() << "] test case '" << stats.testInfo.name << "' failed: ending all ranks"
              << std::endl;
    test_world().abort(kFailureExitCode);
  }
};

CATCH_REGISTER_LISTENER(EndWorldOnFailure)

} // namespace

Communicator& test_world() { return *world_of_tests; }

} // namespace radforge

int main(int argc, char** argv) {
  radforge::MpiSession session(argc, argv);
  const auto world = session.world();
  radforge::world_of_tests = world.get();

  std::ostringstream silent;
  std::streambuf* const terminal = std::cout.rdbuf();
  if (world->rank() > 0) {
    radforge::silenced_output = &silent;
    std::cout.rdbuf(silent.rdbuf());
  }
  const int result = Catch::Session().run(argc, argv);
  std::cout.rdbuf(terminal);
  if (result != 0) {
    radforge::print_silenced_output();
  }
  return static_cast<int>(radforge::all_max(*world, result));
}
