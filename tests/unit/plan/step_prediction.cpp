#include "radforge/plan/step_prediction.hpp"

#include "radforge/plan/collective_cost.hpp"

#include <catch2/catch.hpp>

using namespace radforge;

namespace {

/// Messages take their bytes by 1 GB/s, by a ring of one rank a node.
ClusterConfig example() {
  ClusterConfig cluster;
  cluster.nodes = 64;
  cluster.network = {.latency_us = 0, .gb_per_s = 1};
  cluster.memory_gb_per_s = 10;
  cluster.algorithm = "ring";
  return cluster;
}

} // namespace

TEST_CASE("a rank alone computes and updates") {
  const StepPrediction step =
      predict_step(example(), {.forward_s = 1, .backward_s = 2, .bucket_bytes = {1e9, 1e9}, .update_bytes = 5e9}, 1);
  CHECK(step.total_s() == Approx(3.5));
  CHECK(step.messages_s == 0);
  CHECK(step.hidden() == 1);
}

TEST_CASE("what backward does not hide is that of the last bucket, if messages are quick") {
  // Two ranks: a bucket's all-reduce takes its bytes by the rate: 0.1 s. Buckets are full after 1.5, 2, 2.5 and 3 seconds.
  const StepPrediction step = predict_step(example(), {.forward_s = 1, .backward_s = 2, .bucket_bytes = {1e8, 1e8, 1e8, 1e8}}, 2);
  CHECK(step.messages_s == Approx(0.4));
  CHECK(step.exposed_s == Approx(0.1));
  CHECK(step.hidden() == Approx(0.75));
}

TEST_CASE("slow messages wait for each other, and the step for all but what backward hides") {
  // The first bucket is full after 1.5 s; then four messages of 2 s.
  const StepPrediction step = predict_step(example(), {.forward_s = 1, .backward_s = 2, .bucket_bytes = {2e9, 2e9, 2e9, 2e9}}, 2);
  CHECK(step.exposed_s == Approx(1.5 + 8 - 3));
}

TEST_CASE("one bucket is full when backward is over: nothing is hidden") {
  const StepPrediction step = predict_step(example(), {.forward_s = 1, .backward_s = 2, .bucket_bytes = {1e9}}, 2);
  CHECK(step.exposed_s == Approx(1.0));
  CHECK(step.hidden() == Approx(0.0).margin(1e-12));
}

TEST_CASE("shared updates take a share of the time, and gathering") {
  const ClusterConfig cluster = example();
  const StepWork work{.forward_s = 1, .update_bytes = 10e9, .gathered_bytes = 2e9};
  CHECK(predict_step(cluster, work, 4).update_s == Approx(0.25 + all_gather_s(cluster, 4, 2e9)));
  CHECK(predict_step(cluster, {.forward_s = 1, .update_bytes = 10e9}, 4).update_s == Approx(1.0));
}

TEST_CASE("all wait for the slowest rank") {
  ClusterConfig cluster = example();
  cluster.rank_jitter = 0.1;
  const StepPrediction step = predict_step(cluster, {.forward_s = 1, .backward_s = 1, .bucket_bytes = {1e9}}, 2);
  CHECK(step.straggler_s == Approx(2 * 0.1 * expected_largest_normal(2)));
  CHECK(step.exposed_s == Approx(1.0)); // the message begins when the slowest is done
}

// Exact values: 1 / sqrt(pi) of 2; of 10 and 100 as tabulated (Harter 1961, doi 10.1093/biomet/48.1-2.151).
TEST_CASE("the expected largest of N normals") {
  CHECK(expected_largest_normal(1) == 0);
  CHECK(expected_largest_normal(2) == Approx(0.56419).epsilon(0.05));
  CHECK(expected_largest_normal(10) == Approx(1.53875).epsilon(0.01));
  CHECK(expected_largest_normal(100) == Approx(2.50759).epsilon(0.01));
}
