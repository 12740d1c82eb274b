#include "radforge/core/error.hpp"
#include "radforge/data/shard_maker.hpp"

#include <catch2/catch.hpp>

using namespace radforge;

TEST_CASE("summaries survive being sent as text") {
  const std::vector<ShardSummary> summaries{{"shard-00000.h5", 0, 2, 12345, "ab", {"c1", "c2"}, {"e1", "e2"}},
                                            {"shard-00001.h5", 2, 1, 5, "ef", {"d"}, {"f"}}};
  CHECK(read_summaries(write_summaries(summaries)) == summaries);
  CHECK(read_summaries("").empty());
}

TEST_CASE("damaged text is refused") {
  CHECK_THROWS_AS(read_summaries("shard-00000.h5 0 x\n"), InternalError);
  CHECK_THROWS_AS(read_summaries("shard-00000.h5 0 2 5 ab c1\n"), InternalError);
}
