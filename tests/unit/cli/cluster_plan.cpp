#include "../../../src/cli/cluster_plan.hpp"

#include "radforge/core/error.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace radforge;
using Catch::Matchers::Contains;

namespace {

ClusterConfig machine() {
  ClusterConfig cluster;
  cluster.name = "a machine";
  cluster.nodes = 12;
  cluster.ranks_per_node = 4;
  cluster.job_nodes = 10;
  cluster.sustained_tflops = 100;
  cluster.memory_gb_per_s = 1000;
  return cluster;
}

TrainingPlan training() {
  TrainingPlan plan;
  plan.loop.steps = 1000;
  plan.loop.batch_size = 48;
  plan.parts = {{"unet", {.conv3x3 = 1e12}}}; // 2 TFLOP forward, 6 in all
  plan.state = {.num_trained = 1'000'000'000};
  plan.bucket_counts = {500'000'000, 500'000'000};
  return plan;
}

} // namespace

TEST_CASE("a batch is shared by the numbers of ranks that divide it, or grows with the machine") {
  std::vector<std::int64_t> fixed;
  for (const ClusterRun& run : runs_on(machine(), training(), BatchGrowth::none)) {
    fixed.push_back(run.ranks);
    CHECK(run.ranks * run.images_each == 48);
  }
  CHECK(fixed == std::vector<std::int64_t>{4, 8, 16, 48});
  std::vector<std::int64_t> growing;
  for (const ClusterRun& run : runs_on(machine(), training(), BatchGrowth::with_ranks)) {
    growing.push_back(run.ranks);
    CHECK(run.images_each == 12);
  }
  CHECK(growing == std::vector<std::int64_t>{4, 8, 16, 32, 40, 48});
}

TEST_CASE("a step's parts on a cluster") {
  const ClusterRun run = runs_on(machine(), training(), BatchGrowth::with_ranks).front();
  CHECK(run.step.compute_s == Approx(12 * 6e12 / 100e12));
  CHECK(run.step.update_s == Approx(1e9 * 44 / 1000e9));
  // Two buckets of 2 GB among four ranks at 10 GB/s; backward is two thirds.
  CHECK(run.step.messages_s == Approx(2 * 1.5 * 2 / 10).epsilon(1e-3));
  CHECK(run.images_per_s == Approx(48 / run.step.total_s()));
  CHECK(run.efficiency == Approx((0.72 + 0.044) / run.step.total_s()));
  CHECK(run.hours == Approx(48000 / run.images_per_s / run.failures.useful / 3600));
}

TEST_CASE("gradients in bf16 are half the bytes, and shared updates gather weights") {
  TrainingPlan plan = training();
  const StepPrediction before = runs_on(machine(), plan, BatchGrowth::none).front().step;
  plan.loop.reduction_precision = "bf16";
  plan.shard = true;
  const StepPrediction after = runs_on(machine(), plan, BatchGrowth::none).front().step;
  CHECK(after.messages_s == Approx(before.messages_s / 2).epsilon(1e-3));
  CHECK(after.update_s == Approx(before.update_s / 4 + 0.75 * 4 / 10).epsilon(1e-3));
}

TEST_CASE("the plan for a cluster says what it assumed, and which jobs are too large") {
  const std::string text = cluster_plan_text(machine(), training(), "as measured");
  CHECK_THAT(text, Contains("a machine: 12 nodes of 4 ranks; a rank computes at 100 TFLOP/s (as measured)"));
  CHECK_THAT(text, Contains("4 GB of gradient in 2 buckets"));
  CHECK_THAT(text, Contains("(more nodes than a job may have)\n"));
  const auto json = cluster_plan_json(machine(), training());
  CHECK(json["growing_batch"].size() == 6);
  CHECK(json["growing_batch"][0]["step_s"].get<double>() ==
        Approx(runs_on(machine(), training(), BatchGrowth::with_ranks)[0].step.total_s()));
}

TEST_CASE("a batch that a node's ranks cannot share evenly is refused") {
  TrainingPlan plan = training();
  plan.loop.batch_size = 50;
  CHECK_THROWS_WITH(runs_on(machine(), plan, BatchGrowth::none), Contains("50 images") && Contains("train.batch_size"));
}
