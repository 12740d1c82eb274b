#include "radforge/core/parallel_for.hpp"

#include "radforge/core/error.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <vector>

using namespace radforge;

TEST_CASE("every item is worked on once, by workers in range") {
  const int num_workers = GENERATE(1, 2, 5);
  std::vector<std::atomic<int>> visits(100);
  std::atomic<int> wrong_workers{0};
  parallel_for(visits.size(), num_workers, [&](int worker, std::size_t item) {
    ++visits[item];
    wrong_workers += worker < 0 || worker >= num_workers ? 1 : 0;
  });
  for (const auto& count : visits) {
    CHECK(count == 1);
  }
  CHECK(wrong_workers == 0);
  CHECK_NOTHROW(parallel_for(0, num_workers, [](int, std::size_t) { throw DataError("never"); }));
}

TEST_CASE("an exception of a worker is the caller's, and ends the work") {
  std::atomic<int> begun{0};
  const auto work = [&](int, std::size_t item) {
    ++begun;
    if (item == 3) {
      throw DataError("item 3");
    }
  };
  CHECK_THROWS_WITH(parallel_for(1000, 1, work), "item 3");
  CHECK(begun == 4);
  CHECK_THROWS_AS(parallel_for(1000, 3, work), DataError);
}
