#pragma once

#include "radforge/config/train_config.hpp"
#include "radforge/run/metric_log.hpp"

#include <cstdint>
#include <vector>

namespace radforge {

/// Which validation was the best so far, and whether to wait for a better one. All ranks hold it alike.
class BestStep {
 public:
  explicit BestStep(EarlyStoppingConfig config) : config_(std::move(config)) {}

  /// Otherwise the last step's weights are the result.
  bool is_wanted() const { return !config_.metric.empty(); }

  /// The metrics of the validation after step `step`, above those before. A value that is no number is worse than any. Errors:
  /// ConfigError that lists the metrics unless the configured one is among them.
  void add(std::int64_t step, const std::vector<Metric>& metrics);
  void add(std::int64_t step, double value);
  void clear();

  /// Steps whose validation was better than all before, ascending.
  const std::vector<std::int64_t>& records() const { return records_; }
  bool is_record(std::int64_t step) const { return !records_.empty() && records_.back() == step; }
  double best() const { return best_; }
  /// `patience` validations in a row have brought nothing better.
  bool is_over() const { return is_wanted() && config_.patience > 0 && num_since_ >= config_.patience; }

 private:
  EarlyStoppingConfig config_;
  std::vector<std::int64_t> records_;
  double best_ = 0;
  std::int64_t num_since_ = 0; ///< validations since the last record
};

} // namespace radforge
