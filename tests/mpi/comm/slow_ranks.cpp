#include "radforge/comm/slow_ranks.hpp"

#include "mpi_world.hpp"
#include "radforge/core/process_identity.hpp"

#include <catch2/catch.hpp>

using namespace radforge;

TEST_CASE("all ranks hear of the slow one") {
  Communicator& world = test_world();
  StepTimes times;
  for (int step = 0; step < 20; ++step) {
    times.add(world.rank() == 0 ? 0.2 : 0.1);
  }
  const auto slow = find_slow_ranks(world, times);
  if (world.size() == 1) {
    CHECK(slow.empty());
    return;
  }
  REQUIRE(slow.size() == 1);
  CHECK(slow[0].rank == 0);
  CHECK(slow[0].host == host_name());
  CHECK(slow[0].factor == Approx(2));
}

TEST_CASE("the rank with the fewest steps decides whether there is a verdict") {
  Communicator& world = test_world();
  StepTimes times;
  for (int step = 0; step < (world.rank() == world.size() - 1 ? 5 : 20); ++step) {
    times.add(world.rank() == 0 ? 0.2 : 0.1);
  }
  CHECK(find_slow_ranks(world, times).empty());
}
