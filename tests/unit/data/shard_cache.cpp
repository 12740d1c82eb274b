#include "../../../src/data/shard_cache.hpp"

#include "dataset_fixture.hpp"

#include <catch2/catch.hpp>

using namespace radforge;

TEST_CASE("the cache keeps the shards used last and opens the others again") {
  const DatasetFixture fixture(12);
  ShardCache cache(fixture.path(), 2);
  const std::string a = "shard-00000.h5", b = "shard-00001.h5", c = "shard-00002.h5";
  const std::weak_ptr<const ShardReader> first = cache.get(a);
  const std::weak_ptr<const ShardReader> second = cache.get(b);
  CHECK(cache.get(a) == first.lock());
  CHECK(cache.get(c)->first_id() == 8);
  CHECK_FALSE(first.expired());
  CHECK(second.expired());
  CHECK(cache.get(b)->first_id() == 4);
  CHECK(first.expired());
}
