#include "interval_means.hpp"

namespace radforge {

void IntervalMeans::add(const StepVerdict& verdict) {
  values_[0] += 1;
  values_[1] += verdict.loss;
  for (std::size_t i = 0; i < verdict.sums.size(); ++i) {
    values_[num_fixed + i] += verdict.sums[i];
  }
}

std::vector<Metric> IntervalMeans::metrics(const Task& task) const {
  std::vector<Metric> metrics;
  if (values_[0] > 0) {
    metrics = task.metrics_of(std::span(values_).subspan(num_fixed), "loss");
    metrics.insert(metrics.begin(), {"mean_loss", values_[1] / values_[0]});
  }
  if (values_[2] > 0) {
    metrics.push_back({"skipped_steps", values_[2]});
  }
  return metrics;
}

} // namespace radforge
