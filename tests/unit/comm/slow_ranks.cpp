#include "radforge/comm/slow_ranks.hpp"

#include "radforge/core/error.hpp"

#include <catch2/catch.hpp>

#include <random>

using namespace radforge;

namespace {

constexpr int kSteps = 50; // of a report

std::vector<std::string> hosts(std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t r = 0; r < count; ++r) {
    names.push_back("n" + std::to_string(r));
  }
  return names;
}

std::vector<SlowRank> find(const std::vector<double>& medians, std::int64_t num_steps = 50, const SlowRankOptions& options = {}) {
  return find_slow_ranks(medians, num_steps, hosts(medians.size()), options);
}

/// Medians of ranks whose steps take 80 ms with noise, and some of them much longer; `slow` has 50 ms more in each.
std::vector<double> noisy_medians(unsigned seed, int slow) {
  std::mt19937 random(seed);
  std::lognormal_distribution<double> noise(0, 0.15);
  std::bernoulli_distribution disturbed(0.2);
  std::vector<double> medians;
  for (int r = 0; r < 4; ++r) {
    StepTimes times;
    for (int step = 0; step < kSteps; ++step) {
      times.add(0.08 * noise(random) + (disturbed(random) ? 0.3 : 0) + (r == slow ? 0.05 : 0));
    }
    medians.push_back(times.median());
  }
  return medians;
}

} // namespace

TEST_CASE("a rank is slow below seven tenths of the median rank's speed") {
  CHECK(find({0.1, 0.1, 0.1, 0.14}).empty());
  const auto slow = find({0.1, 0.1, 0.15, 0.1});
  REQUIRE(slow.size() == 1);
  CHECK(slow[0].rank == 2);
  CHECK(slow[0].host == "n2");
  CHECK(slow[0].factor == Approx(1.5));
  CHECK(describe(slow[0]) == "rank 2 on host n2 takes 1.5 times as long as the median rank");
  CHECK(find({0.1, 0.1, 0.15, 0.1}, 50, {.least_speed = 0.5}).empty());
}

TEST_CASE("of two ranks the slower is found, and two of five") {
  const auto slow = find({0.3, 0.1});
  REQUIRE(slow.size() == 1);
  CHECK(slow[0].rank == 0);
  CHECK(find({0.1, 0.3, 0.1, 0.2, 0.1}).size() == 2);
}

TEST_CASE("one rank alone, or no rank, is never slow") {
  CHECK(find({5}).empty());
  CHECK(find({}).empty());
  CHECK(find({0, 0}).empty());
}

TEST_CASE("few steps and tiny steps give no verdict") {
  CHECK(find({0.1, 0.3, 0.1}, 9).empty());
  CHECK(find({0.1, 0.3, 0.1}, 10).size() == 1);
  CHECK(find({0.001, 0.003, 0.001}).empty());
  CHECK(find({0.001, 0.003, 0.001}, 50, {.least_difference_s = 0}).size() == 1);
}

TEST_CASE("50 ms more in a step are found in the first report, and no clean run is accused") {
  for (unsigned seed = 0; seed < 200; ++seed) {
    INFO("seed " << seed);
    const auto slow = find(noisy_medians(seed, 2), kSteps);
    REQUIRE(slow.size() == 1);
    CHECK(slow[0].rank == 2);
    CHECK(find(noisy_medians(seed, -1), kSteps).empty());
  }
}

TEST_CASE("the median of steps, also of none") {
  StepTimes times;
  CHECK(times.median() == 0);
  for (const double seconds : {5.0, 1.0, 100.0, 2.0}) {
    times.add(seconds);
  }
  CHECK(times.count() == 4);
  CHECK(times.median() == 2);
  times.clear();
  CHECK(times.count() == 0);
}

TEST_CASE("a host for each rank is needed") {
  const std::vector<double> medians{1, 2};
  CHECK_THROWS_AS(find_slow_ranks(medians, 50, hosts(3)), InternalError);
}
