#include "../../../src/train/step_shares.hpp"

#include <catch2/catch.hpp>

using namespace radforge;

TEST_CASE("a step's time is shared out among the spans in it, each without those inside it") {
  constexpr std::int64_t ms = 1'000'000;
  const std::vector<NamedSpan> spans{{"save", 1, 300 * ms, 20 * ms}, // after the steps
                                     {"forward", 1, 110 * ms, 60 * ms},
                                     {"collective: started all-reduce", 1, 120 * ms, 10 * ms},
                                     {"collective: wait", 1, 170 * ms, 20 * ms},
                                     {"collective: started all-reduce", 2, 110 * ms, 50 * ms}, // autograd's thread, of a GPU
                                     {"ProfilerStep#8", 1, 200 * ms, 100 * ms},
                                     {"ProfilerStep#7", 1, 100 * ms, 100 * ms},
                                     {"forward", 1, 200 * ms, 100 * ms}};
  const StepShares shares = shares_of(spans);
  CHECK(shares.num_steps == 2);
  CHECK(shares.seconds == Approx(0.2));
  REQUIRE(shares.kinds.size() == 3);
  CHECK(shares.kinds[0].first == "forward");
  CHECK(shares.kinds[0].second == Approx(0.15));
  CHECK(shares.kinds[1].first == "collective");
  CHECK(shares.kinds[1].second == Approx(0.03));
  CHECK(shares.kinds[2].first == "the rest");
  CHECK(shares.kinds[2].second == Approx(0.02));
  CHECK(describe(shares) == "0.100 s a step: forward 75.0 %, collective 15.0 %, the rest 10.0 %");
}

TEST_CASE("without a step there is nothing to share out") {
  CHECK(describe(shares_of({})).empty());
  CHECK(describe(shares_of({{"forward", 1, 0, 5}})).empty());
}
