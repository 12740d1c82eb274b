#include "../../../src/quality/keyed_draw.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace radforge;

TEST_CASE("a draw has each number once, depends on its key, and all of it on none") {
  const RandomKey key{1, Stream::measure, 5};
  const std::vector<std::int64_t> some = keyed_draw(key, 100, 30);
  CHECK(std::set<std::int64_t>(some.begin(), some.end()).size() == 30);
  CHECK(keyed_draw(key, 100, 30) == some);
  CHECK(keyed_draw({1, Stream::measure, 6}, 100, 30) != some);
  CHECK(keyed_draw(key, 5, 30).size() == 5);
  CHECK(keyed_draw(key, 0, 3).empty());
}
