#include "radforge/core/nearest.hpp"

#include <catch2/catch.hpp>

using namespace radforge;

TEST_CASE("the nearest name is the one with the fewest changes, if they are few") {
  const std::vector<std::string> names{"steps", "seed", "batch_size"};
  CHECK(nearest_name("step", names, 1) == "steps");
  CHECK(nearest_name("STEPS", names, 0) == "steps");
  CHECK(nearest_name("stamps", names, 2) == "steps");
  CHECK_FALSE(nearest_name("stamps", names, 1));
  CHECK_FALSE(nearest_name("steps", {}, 9));
  CHECK_FALSE(nearest_name(std::string(101, 'a'), {std::string(101, 'a')}, 0)); // nobody types that
}

TEST_CASE("a wrong name is answered by the one that was meant, or by all") {
  CHECK(suggest("stps", {"steps", "seed"}) == "did you mean \"steps\"?");
  CHECK(suggest("weights", {"steps", "seed"}) == "known are steps, seed");
  CHECK(suggest("weights", {}) == "remove it");
}
