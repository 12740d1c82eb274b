#include "radforge/plan/failure_cost.hpp"

#include <algorithm>
#include <cmath>

namespace radforge {

FailureCost failure_cost(const ClusterConfig& cluster, std::int64_t ranks, double state_bytes) {
  constexpr double seconds_an_hour = 3600;
  const auto n = static_cast<double>(ranks);
  const StorageConfig& storage = cluster.storage;
  FailureCost cost;
  cost.mttf_s = cluster.failures.rank_mttf_h * seconds_an_hour / n;
  cost.stall_s = state_bytes / n / (storage.copy_gb_per_s * 1e9);
  cost.write_s = state_bytes / (std::min(n * storage.write_gb_per_s, storage.total_gb_per_s) * 1e9);
  cost.interval_s = std::max(std::sqrt(2 * cost.stall_s * cost.mttf_s), cost.write_s);
  const double lost_s = cost.interval_s / 2 + cost.write_s + cluster.failures.restart_s;
  cost.useful = 1 / ((1 + cost.stall_s / cost.interval_s) * (1 + lost_s / cost.mttf_s));
  return cost;
}

} // namespace radforge
