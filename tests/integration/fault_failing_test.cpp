// An MPI test in which one rank fails while the others wait for it: fault_failing_test.sh looks how it ends.
#include "mpi_world.hpp"

#include <catch2/catch.hpp>

#include <stdexcept>

namespace {
int last_rank() { return radforge::test_world().size() - 1; }
} // namespace

TEST_CASE("passes") {
  radforge::test_world().barrier();
  CHECK(radforge::test_world().size() > 0);
}

TEST_CASE("fails", "[.]") {
  INFO("a deliberate failure");
  REQUIRE(radforge::test_world().rank() != last_rank());
  radforge::test_world().barrier();
}

TEST_CASE("throws", "[.]") {
  if (radforge::test_world().rank() == last_rank()) {
    throw std::runtime_error("a deliberate exception");
  }
  radforge::test_world().barrier();
}

TEST_CASE("fails everywhere", "[.]") { CHECK(radforge::test_world().rank() < 0); }
