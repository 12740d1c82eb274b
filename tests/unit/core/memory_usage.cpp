#include "radforge/core/memory_usage.hpp"

#include <catch2/catch.hpp>

#include <sys/mman.h>

#include <cstddef>
#include <cstring>

using namespace radforge;

TEST_CASE("memory that is written to is resident until it is given back, and stays in the peak") {
  constexpr std::size_t size = 256U << 20U;
  constexpr auto most = static_cast<std::int64_t>(size);
  constexpr std::int64_t slack = 16 << 20;
  const MemoryUsage before = memory_usage();
  CHECK(before.resident > 0);
  CHECK(before.peak >= before.resident);

  // Of the kernel itself: an allocator, or a checker's, may keep what is given back.
  void* const block = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  REQUIRE(block != MAP_FAILED);
  CHECK(memory_usage().resident < before.resident + slack);
  std::memset(block, 1, size);
  const MemoryUsage during = memory_usage();
  CHECK(during.resident > before.resident + most - slack);
  CHECK(during.resident < before.resident + most + slack);
  CHECK(during.peak >= during.resident);

  REQUIRE(::munmap(block, size) == 0);
  const MemoryUsage after = memory_usage();
  CHECK(after.resident < before.resident + slack);
  CHECK(after.peak > before.resident + most - slack);
}
