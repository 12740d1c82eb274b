#pragma once

#include "step_verdict.hpp"

#include "radforge/run/metric_log.hpp"
#include "radforge/train/task.hpp"

#include <vector>

namespace radforge {

/// Means over the steps since the last line of metrics. Part of a checkpoint, so that a resumed run writes the same lines.
class IntervalMeans {
 public:
  explicit IntervalMeans(std::size_t num_sums) : values_(num_fixed + num_sums) {}

  void add(const StepVerdict& verdict);
  void skip() { values_[2] += 1; }
  void clear() { values_.assign(values_.size(), 0.0); }

  std::vector<Metric> metrics(const Task& task) const;
  /// All of the state, to be saved and restored.
  std::vector<double>& values() { return values_; }

 private:
  static constexpr std::size_t num_fixed = 3; ///< steps, their losses, steps that were skipped
  std::vector<double> values_;
};

} // namespace radforge
