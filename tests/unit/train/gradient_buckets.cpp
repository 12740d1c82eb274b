#include "radforge/train/gradient_buckets.hpp"

#include <catch2/catch.hpp>

using namespace radforge;

TEST_CASE("buckets hold whole parameters, from the last one on") {
  const std::vector<ParameterSet::Entry> entries{
      {"a", {100}, {}, 0, 100}, {"b", {50}, {}, 112, 50}, {"c", {10}, {}, 176, 10}, {"d", {5}, {}, 192, 5}};
  const auto buckets = gradient_buckets(entries, 208, 4 * 60);
  REQUIRE(buckets.size() == 2);
  CHECK(buckets[0].range == FlatRange{112, 96}); // d and c are too few
  CHECK(buckets[0].first_entry == 1);
  CHECK(buckets[0].num_entries == 3);
  CHECK(buckets[1].range == FlatRange{0, 112});
  CHECK(buckets[1].num_entries == 1);
  CHECK(gradient_buckets(entries, 208, 1).size() == 4);
  CHECK(gradient_buckets(entries, 208, 1 << 30).size() == 1);
  CHECK(gradient_buckets({}, 0, 100).empty());
}
