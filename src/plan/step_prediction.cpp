#include "radforge/plan/step_prediction.hpp"

#include "radforge/plan/collective_cost.hpp"

#include <boost/math/distributions/normal.hpp>

#include <algorithm>
#include <numeric>

namespace radforge {

namespace {

constexpr double verdict_bytes = 256; // of one small sum

} // namespace

double expected_largest_normal(std::int64_t count) {
  if (count <= 1) {
    return 0;
  }
  const auto n = static_cast<double>(count);
  return quantile(boost::math::normal(), (n - 0.375) / (n + 0.25));
}

StepPrediction predict_step(const ClusterConfig& cluster, const StepWork& work, std::int64_t ranks) {
  StepPrediction step;
  step.compute_s = work.forward_s + work.backward_s;
  const double slowest = 1 + cluster.rank_jitter * expected_largest_normal(ranks);
  step.straggler_s = step.compute_s * (slowest - 1);
  const double total = std::accumulate(work.bucket_bytes.begin(), work.bucket_bytes.end(), 0.0);
  double filled = 0;
  double free_s = 0; // when the links are
  for (const double bytes : work.bucket_bytes) {
    filled += bytes;
    const double full_s = slowest * (work.forward_s + work.backward_s * filled / total);
    const double message_s = all_reduce_s(cluster, ranks, bytes);
    step.messages_s += message_s;
    free_s = std::max(free_s, full_s) + message_s;
  }
  step.exposed_s = std::max(0.0, free_s - slowest * step.compute_s);
  step.verdict_s = all_reduce_s(cluster, ranks, verdict_bytes);
  const double share = work.gathered_bytes > 0 ? 1.0 / static_cast<double>(ranks) : 1.0;
  step.update_s = work.update_bytes * share / (cluster.memory_gb_per_s * 1e9);
  if (work.gathered_bytes > 0) {
    step.update_s += all_gather_s(cluster, ranks, work.gathered_bytes);
  }
  return step;
}

} // namespace radforge
