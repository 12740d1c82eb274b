#include "radforge/comm/slow_ranks.hpp"

#include "radforge/comm/agreement.hpp"
#include "radforge/core/error.hpp"
#include "radforge/core/process_identity.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace radforge {

namespace {

double lower_median(std::vector<double> values) {
  if (values.empty()) {
    return 0;
  }
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

} // namespace

double StepTimes::median() const { return lower_median(seconds_); }

std::vector<SlowRank> find_slow_ranks(std::span<const double> median_s, std::int64_t num_steps,
                                      std::span<const std::string> hosts, const SlowRankOptions& options) {
  require(median_s.size() == hosts.size(), "there is a time and a host for each rank");
  std::vector<SlowRank> slow;
  if (num_steps < options.least_steps) {
    return slow;
  }
  const double usual_s = lower_median({median_s.begin(), median_s.end()});
  for (std::size_t r = 0; r < median_s.size(); ++r) {
    if (usual_s < options.least_speed * median_s[r] && median_s[r] - usual_s >= options.least_difference_s) {
      slow.push_back({static_cast<int>(r), hosts[r], median_s[r] / std::max(usual_s, 1e-9)});
    }
  }
  return slow;
}

std::vector<SlowRank> find_slow_ranks(Communicator& ranks, const StepTimes& mine, const SlowRankOptions& options) {
  double median_s = mine.median();
  std::vector<double> medians(static_cast<std::size_t>(ranks.size()));
  ranks.all_gather({&median_s, 1, DType::f64, Place::host}, buffer_of(std::span(medians)));
  const std::int64_t least_steps = -all_max(ranks, -mine.count());
  return find_slow_ranks(medians, least_steps, all_gather(ranks, host_name()), options);
}

std::string describe(const SlowRank& rank) {
  return fmt::format("rank {} on host {} takes {:.2g} times as long as the median rank", rank.rank, rank.host, rank.factor);
}

} // namespace radforge
