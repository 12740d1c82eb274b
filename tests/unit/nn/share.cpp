#include "radforge/nn/share.hpp"

#include <catch2/catch.hpp>

using namespace radforge;

TEST_CASE("shares cover a buffer without a gap and begin on cache lines") {
  const std::int64_t total = GENERATE(1, 63, 64, 65, 1000, 12'345);
  const int size = GENERATE(1, 2, 3, 4, 7);
  std::int64_t end = 0;
  for (int rank = 0; rank < size; ++rank) {
    const FlatRange share = share_of(total, rank, size);
    CHECK(share.count >= 0);
    if (share.count > 0) {
      CHECK(share.first == end);
      CHECK(share.first % 64 == 0);
      end = share.end();
    }
  }
  CHECK(end == total);
  for (int rank = 0; rank + 1 < size; ++rank) { // equal, so that they are gathered at once
    CHECK(share_of(total, rank, size).count == share_of(total, 0, size).count);
  }
  CHECK(share_of(1000, 0, 3).count == 320);
  CHECK(share_of(1000, 2, 3).count == 360);
}

TEST_CASE("ranges overlap where both are") {
  CHECK(overlap({0, 10}, {5, 10}) == FlatRange{5, 5});
  CHECK(overlap({5, 2}, {0, 100}) == FlatRange{5, 2});
  CHECK(overlap({0, 5}, {5, 5}).count == 0);
  CHECK(overlap({8, 5}, {0, 5}).count == 0);
}
