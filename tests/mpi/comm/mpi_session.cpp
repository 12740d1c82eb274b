#include "radforge/comm/mpi_session.hpp"

#include "../../../src/comm/launcher.hpp"
#include "mpi_world.hpp"
#include "radforge/core/error.hpp"

#include <catch2/catch.hpp>

using namespace radforge;

TEST_CASE("the launcher's environment agrees with MPI") {
  CHECK(MpiSession::launcher_rank() == test_world().rank());
  if (const auto place = find_launcher()) { // started without mpirun there is none
    CHECK(place->size == test_world().size());
  }
}

TEST_CASE("a second session is refused") {
  int argc = 0;
  char** argv = nullptr;
  CHECK_THROWS_AS(MpiSession(argc, argv), InternalError);
}
