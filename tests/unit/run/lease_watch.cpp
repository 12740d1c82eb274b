#include "../../../src/run/lease_watch.hpp"

#include <catch2/catch.hpp>

#include <thread>

using namespace radforge;
using namespace std::chrono_literals;

TEST_CASE("a lease that expires while nobody looks counts anew") {
  OwnerRecord owner;
  owner.epoch = 3;
  LeaseWatch watch(400ms);
  watch.look_at(owner);
  std::this_thread::sleep_for(500ms); // as if this process had been stopped
  const Stopwatch looking;            // not later than the lease counts
  watch.look_at(owner);
  CHECK_FALSE(watch.expired());
  CHECK_FALSE(watch.alive());

  while (!watch.expired() && looking.seconds() < 20) {
    std::this_thread::sleep_for(5ms);
    watch.look_at(owner);
  }
  CHECK(watch.expired());
  CHECK(looking.seconds() >= 0.4);
}

TEST_CASE("a sign of life is seen after a gap too") {
  OwnerRecord owner;
  owner.epoch = 3;
  LeaseWatch watch(100ms);
  watch.look_at(owner);
  std::this_thread::sleep_for(150ms);
  ++owner.heartbeat;
  watch.look_at(owner);
  CHECK(watch.alive());
  CHECK_FALSE(watch.expired());
}
