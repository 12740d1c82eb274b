#include "cluster_plan.hpp"

#include "radforge/core/error.hpp"
#include "radforge/plan/collective_cost.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <numeric>

namespace radforge {

namespace {

constexpr double seconds_an_hour = 3600;

StepWork work_of(const ClusterConfig& cluster, const TrainingPlan& plan, std::int64_t images) {
  double forward = 0;
  double all = 0;
  for (const PartCost& part : plan.parts) {
    forward += part.forward.flop() * part.share;
    all += training_multiply_adds(part.forward, part.use, plan.activations).flop() * part.share;
  }
  const double an_image_s = 1 / (cluster.sustained_tflops * 1e12);
  const bool is_half = plan.loop.precision == "bf16";
  const auto trained = static_cast<double>(plan.state.num_trained);
  StepWork work;
  work.forward_s = forward * static_cast<double>(images) * an_image_s;
  work.backward_s = (all - forward) * static_cast<double>(images) * an_image_s;
  const double width = plan.loop.reduction_precision == "bf16" ? 2 : 4;
  for (const std::int64_t count : plan.bucket_counts) {
    work.bucket_bytes.push_back(static_cast<double>(count) * width);
  }
  // Zeros and norm of the gradient; weights, gradient, moments and average read, all but the gradient written; the copy in bf16.
  constexpr double words = 2 + 5 + 4;
  work.update_bytes = trained * (4 * words + (is_half ? 2 : 0));
  work.gathered_bytes = plan.shard ? trained * (is_half ? 2 : 4) : 0;
  return work;
}

std::vector<std::int64_t> rank_counts_of(const ClusterConfig& cluster) {
  std::vector<std::int64_t> counts;
  for (std::int64_t nodes = 1; nodes < cluster.nodes; nodes *= 2) {
    counts.push_back(nodes * cluster.ranks_per_node);
  }
  for (const std::int64_t nodes : {cluster.job_nodes, cluster.nodes}) {
    if (nodes > 0 && nodes <= cluster.nodes) {
      counts.push_back(nodes * cluster.ranks_per_node);
    }
  }
  std::ranges::sort(counts);
  const auto rest = std::ranges::unique(counts);
  counts.erase(rest.begin(), rest.end());
  return counts;
}

ClusterRun run_on(const ClusterConfig& cluster, const TrainingPlan& plan, std::int64_t ranks, std::int64_t images_each) {
  const StepWork work = work_of(cluster, plan, images_each);
  ClusterRun run{.ranks = ranks, .images_each = images_each};
  run.step = predict_step(cluster, work, ranks);
  run.failures = failure_cost(cluster, ranks, checkpoint_size(plan.state.num_trained, plan.keep).set_bytes);
  const auto batch = static_cast<double>(images_each * ranks);
  run.images_per_s = batch / run.step.total_s();
  run.efficiency = predict_step(cluster, work, 1).total_s() / run.step.total_s();
  const auto images = static_cast<double>(plan.loop.steps * plan.loop.batch_size);
  run.hours = images / run.images_per_s / run.failures.useful / seconds_an_hour;
  return run;
}

std::string duration(double value_s) {
  if (value_s >= 2 * seconds_an_hour) {
    return fmt::format("{:.3g} h", value_s / seconds_an_hour);
  }
  return value_s >= 120 ? fmt::format("{:.3g} min", value_s / 60)
         : value_s >= 1 ? fmt::format("{:.3g} s", value_s)
                        : fmt::format("{:.3g} ms", value_s * 1e3);
}

std::string table(const ClusterConfig& cluster, const std::vector<ClusterRun>& runs) {
  std::string text =
      fmt::format("  {:>6}  {:>6}  {:>8}  {:>8}  {:>9}  {:>9}  {:>8}  {:>10}  {:>10}  {:>8}  {:>10}  {:>6}  {:>8}  {:>8}\n",
                  "ranks", "images", "step", "compute", "slowest", "messages", "hidden", "images/s", "efficiency", "MTTF",
                  "save every", "useful", "hours", "segments");
  for (const ClusterRun& run : runs) {
    const bool beyond = cluster.job_nodes > 0 && num_nodes(cluster, run.ranks) > cluster.job_nodes;
    text += fmt::format("  {:>6}  {:>6}  {:>8}  {:>8}  {:>9}  {:>9}  {:>7.1f}%  {:>10.4g}  {:>9.1f}%  {:>8}  {:>10}  {:>5.1f}%  "
                        "{:>8.3g}  {:>8}{}\n",
                        run.ranks, run.images_each * run.ranks, duration(run.step.total_s()), duration(run.step.compute_s),
                        duration(run.step.straggler_s), duration(run.step.messages_s), 100 * run.step.hidden(), run.images_per_s,
                        100 * run.efficiency, duration(run.failures.mttf_s), duration(run.failures.interval_s),
                        100 * run.failures.useful, run.hours, num_segments(run.hours, cluster.job_hours),
                        beyond ? "  (more nodes than a job may have)" : "");
  }
  return text;
}

nlohmann::ordered_json json_of(const std::vector<ClusterRun>& runs) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const ClusterRun& run : runs) {
    const StepPrediction& step = run.step;
    const FailureCost& cost = run.failures;
    rows.push_back({{"ranks", run.ranks},
                    {"images_each", run.images_each},
                    {"step_s", step.total_s()},
                    {"compute_s", step.compute_s},
                    {"straggler_s", step.straggler_s},
                    {"messages_s", step.messages_s},
                    {"exposed_s", step.exposed_s},
                    {"verdict_s", step.verdict_s},
                    {"update_s", step.update_s},
                    {"images_per_s", run.images_per_s},
                    {"efficiency", run.efficiency},
                    {"mttf_s", cost.mttf_s},
                    {"save_stall_s", cost.stall_s},
                    {"save_write_s", cost.write_s},
                    {"save_every_s", cost.interval_s},
                    {"useful", cost.useful},
                    {"hours", run.hours}});
  }
  return rows;
}

} // namespace

std::vector<ClusterRun> runs_on(const ClusterConfig& cluster, const TrainingPlan& plan, BatchGrowth growth) {
  const std::int64_t batch = plan.loop.batch_size;
  if (batch % cluster.ranks_per_node != 0) {
    throw ConfigError(
        "a batch of {} images is not shared evenly by the {} ranks of a node. Choose another by --set train.batch_size=N", batch,
        cluster.ranks_per_node);
  }
  std::vector<ClusterRun> runs;
  for (const std::int64_t ranks : rank_counts_of(cluster)) {
    if (growth == BatchGrowth::with_ranks) {
      runs.push_back(run_on(cluster, plan, ranks, batch / cluster.ranks_per_node));
    } else if (batch % ranks == 0) {
      runs.push_back(run_on(cluster, plan, ranks, batch / ranks));
    }
  }
  return runs;
}

std::string cluster_plan_text(const ClusterConfig& cluster, const TrainingPlan& plan, const std::string& rate_text) {
  const StepWork work = work_of(cluster, plan, 1);
  const double bytes = std::accumulate(work.bucket_bytes.begin(), work.bucket_bytes.end(), 0.0);
  std::string text = fmt::format("\n{}: {} nodes of {} ranks; a rank computes at {} ({}).\n", cluster.name, cluster.nodes,
                                 cluster.ranks_per_node, with_prefix(cluster.sustained_tflops * 1e12, "FLOP/s"), rate_text);
  text += fmt::format(
      "A step reduces {} of gradient in {} buckets (train.bucket_mb = {:g}), in order, while backward fills the next ones.\n",
      with_prefix(bytes, "B"), work.bucket_bytes.size(), plan.loop.bucket_mb);
  text += fmt::format("\n  the batch of {} images shared by more and more ranks\n", plan.loop.batch_size);
  text += table(cluster, runs_on(cluster, plan, BatchGrowth::none));
  text += fmt::format("\n  {} images a rank: the batch grows with the ranks, and as many images are seen in fewer steps\n",
                      plan.loop.batch_size / cluster.ranks_per_node);
  text += table(cluster, runs_on(cluster, plan, BatchGrowth::with_ranks));
  return text +
         "\n  slowest: what the slowest rank takes more; messages: all-reduces, of which backward hides a share; useful: share "
         "of time in steps that\n"
         "  are kept, with saves at Young's interval and failures; segments: jobs of the longest time that the cluster allows\n";
}

nlohmann::ordered_json cluster_plan_json(const ClusterConfig& cluster, const TrainingPlan& plan) {
  return {{"cluster", cluster.name},
          {"flop_per_s_of_a_rank", cluster.sustained_tflops * 1e12},
          {"fixed_batch", json_of(runs_on(cluster, plan, BatchGrowth::none))},
          {"growing_batch", json_of(runs_on(cluster, plan, BatchGrowth::with_ranks))}};
}

} // namespace radforge
