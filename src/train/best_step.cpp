#include "best_step.hpp"

#include "radforge/core/error.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <string>

namespace radforge {

namespace {

bool is_low_good(const std::string& metric) { return metric.ends_with("loss") || metric.ends_with("error"); }

} // namespace

void BestStep::add(std::int64_t step, const std::vector<Metric>& metrics) {
  if (!is_wanted()) {
    return;
  }
  const auto found = std::ranges::find(metrics, config_.metric, &Metric::name);
  if (found == metrics.end()) {
    std::vector<std::string> names;
    std::ranges::transform(metrics, std::back_inserter(names), &Metric::name);
    throw as_agreed(
        ConfigError("early_stopping.metric '{}' is not among what validation measures (there are {}). Name one of these",
                    config_.metric, fmt::join(names, ", ")));
  }
  add(step, found->value);
}

void BestStep::add(std::int64_t step, double value) {
  const bool better = !std::isnan(value) && (records_.empty() || (is_low_good(config_.metric) ? value < best_ : value > best_));
  num_since_ = better ? 0 : num_since_ + 1;
  if (better) {
    best_ = value;
    records_.push_back(step);
  }
}

void BestStep::clear() {
  records_.clear();
  num_since_ = 0;
}

} // namespace radforge
