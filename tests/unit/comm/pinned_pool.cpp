#include "../../../src/comm/pinned_pool.hpp"

#include "fake_gpu_runtime.hpp"

#include <catch2/catch.hpp>

#include <memory>

using namespace radforge;

TEST_CASE("pinned memory is used again, and given back at the end") {
  const auto script = std::make_shared<CallScript>();
  auto pool = std::make_shared<PinnedPool>(std::make_shared<FakeGpuRuntime>(script));
  auto first = pool->take(5000);
  auto second = pool->take(5000);
  CHECK(first != second);
  const void* place = first.get();
  first.reset();
  CHECK(pool->take(100) != nullptr); // another size
  CHECK(script->count("allocate_host") == 3);
  first = pool->take(8000); // of nearly the same size
  CHECK(first.get() == place);
  CHECK(script->count("allocate_host") == 3);
  pool.reset(); // what is taken stays
  static_cast<unsigned char*>(second.get())[4999] = 1;
}

TEST_CASE("no pinned memory is an error") {
  const auto script = std::make_shared<CallScript>();
  const auto pool = std::make_shared<PinnedPool>(std::make_shared<FakeGpuRuntime>(script));
  script->fail("allocate_host");
  CHECK_THROWS_AS(pool->take(1), CommunicationError);
}
