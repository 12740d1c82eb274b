#include "radforge/plan/failure_cost.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <random>

using namespace radforge;

namespace {

ClusterConfig example() {
  ClusterConfig cluster;
  cluster.storage = {.copy_gb_per_s = 1, .write_gb_per_s = 0.5, .total_gb_per_s = 10};
  cluster.failures = {.rank_mttf_h = 1000, .restart_s = 100};
  return cluster;
}

/// Share of useful time of a job that saves every `interval_s` and fails at random, played through: an exponential time to each
/// failure, sets that count once they are written.
double played_share(const FailureCost& cost, double interval_s, double restart_s) {
  std::mt19937_64 random(1);
  std::exponential_distribution<double> time_to_failure(1 / cost.mttf_s);
  double passed = 0;
  double kept = 0;
  for (int failure = 0; failure < 20000; ++failure) {
    const double alive = time_to_failure(random);
    const double whole = std::floor(std::max(0.0, alive - cost.write_s) / (interval_s + cost.stall_s)); // sets that are whole
    kept += whole * interval_s;
    passed += alive + restart_s;
  }
  return kept / passed;
}

} // namespace

TEST_CASE("more ranks fail sooner, copy less each and write together") {
  const FailureCost cost = failure_cost(example(), 10, 40e9);
  CHECK(cost.mttf_s == Approx(100 * 3600));
  CHECK(cost.stall_s == Approx(4));
  CHECK(cost.write_s == Approx(8));
  CHECK(cost.interval_s == Approx(std::sqrt(2 * 4.0 * 100 * 3600)));
  CHECK(failure_cost(example(), 100, 40e9).write_s == Approx(4)); // of the total rate
}

TEST_CASE("sets do not follow each other faster than they are written") {
  ClusterConfig cluster = example();
  cluster.storage.copy_gb_per_s = 1e6;
  cluster.storage.total_gb_per_s = 0.01;
  const FailureCost cost = failure_cost(cluster, 10, 40e9);
  CHECK(cost.interval_s == cost.write_s);
}

TEST_CASE("the useful share is that of a job played through, and no other interval has more") {
  const std::int64_t ranks = GENERATE(10, 100, 400);
  CAPTURE(ranks);
  const FailureCost cost = failure_cost(example(), ranks, 400e9);
  const double restart_s = example().failures.restart_s;
  const double played = played_share(cost, cost.interval_s, restart_s);
  CHECK(cost.useful == Approx(played).margin(0.01));
  CHECK(played_share(cost, 3 * cost.interval_s, restart_s) < played);
  CHECK(played_share(cost, cost.interval_s / 3, restart_s) < played);
}
