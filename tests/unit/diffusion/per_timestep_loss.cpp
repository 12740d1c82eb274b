#include "radforge/diffusion/per_timestep_loss.hpp"

#include "radforge/core/error.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <limits>

using namespace radforge;

TEST_CASE("losses are averaged by tenths of the timesteps, and tenths without any are left out") {
  PerTimestepLoss losses(1000);
  CHECK(losses.bins().empty());
  losses.add(std::vector<float>{1, 2, 4}, std::vector<std::int64_t>{0, 99, 100});
  losses.add(std::vector<float>{8}, std::vector<std::int64_t>{999});
  const auto bins = losses.bins();
  REQUIRE(bins.size() == 3);
  CHECK(bins[0].first == 0);
  CHECK(bins[0].last == 99);
  CHECK(bins[0].mean == 1.5);
  CHECK(bins[1].first == 100);
  CHECK(bins[1].mean == 4);
  CHECK(bins[2].first == 900);
  CHECK(bins[2].last == 999);
  CHECK(bins[2].mean == 8);
  losses.clear();
  CHECK(losses.bins().empty());
}

TEST_CASE("values that ranks add up give the means over all of them") {
  PerTimestepLoss one(1000);
  PerTimestepLoss other(1000);
  PerTimestepLoss both(1000);
  one.add(std::vector<float>{1, 5}, std::vector<std::int64_t>{10, 950});
  other.add(std::vector<float>{2, 3}, std::vector<std::int64_t>{20, 30});
  both.add(std::vector<float>{1, 5, 2, 3}, std::vector<std::int64_t>{10, 950, 20, 30});
  REQUIRE(one.values().size() == 2 * PerTimestepLoss::num_bins);
  for (std::size_t i = 0; i < one.values().size(); ++i) {
    one.values()[i] += other.values()[i];
  }
  REQUIRE(one.bins().size() == 2);
  CHECK(one.bins()[0].mean == both.bins()[0].mean);
  CHECK(one.bins()[0].mean == 2);
  CHECK(one.bins()[1].mean == both.bins()[1].mean);
}

TEST_CASE("every timestep is in the bin whose ends hold it, however many there are") {
  const std::int64_t count = GENERATE(1, 3, 10, 11, 19, 1000, 1001, 4321);
  std::int64_t expected_first = 0;
  PerTimestepLoss all(count);
  for (std::int64_t t = 0; t < count; ++t) {
    PerTimestepLoss losses(count);
    losses.add(std::vector<float>{1}, std::vector<std::int64_t>{t});
    REQUIRE(losses.bins().size() == 1);
    REQUIRE(losses.bins()[0].first <= t);
    REQUIRE(losses.bins()[0].last >= t);
    all.add(std::vector<float>{1}, std::vector<std::int64_t>{t});
  }
  for (const auto& bin : all.bins()) { // the bins follow each other and differ by at most one timestep
    CHECK(bin.first == expected_first);
    CHECK(std::abs(static_cast<double>(bin.last - bin.first + 1) - static_cast<double>(count) / 10) < 1);
    expected_first = bin.last + 1;
  }
  CHECK(expected_first == count);
}

TEST_CASE("a loss that is not finite shows in its bin alone") {
  PerTimestepLoss losses(1000);
  losses.add(std::vector<float>{std::numeric_limits<float>::quiet_NaN(), 1}, std::vector<std::int64_t>{5, 500});
  CHECK(std::isnan(losses.bins()[0].mean));
  CHECK(losses.bins()[1].mean == 1);
}

TEST_CASE("timesteps that do not exist and lists of different lengths are a programmer's error") {
  PerTimestepLoss losses(100);
  CHECK_THROWS_AS(losses.add(std::vector<float>{1}, std::vector<std::int64_t>{100}), InternalError);
  CHECK_THROWS_AS(losses.add(std::vector<float>{1}, std::vector<std::int64_t>{-1}), InternalError);
  CHECK_THROWS_AS(losses.add(std::vector<float>{1}, std::vector<std::int64_t>{}), InternalError);
  CHECK_THROWS_AS(PerTimestepLoss(0), InternalError);
}
