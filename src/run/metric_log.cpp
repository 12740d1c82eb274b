#include "radforge/run/metric_log.hpp"

#include "json_lines.hpp"

#include <nlohmann/json.hpp>

namespace radforge {

namespace {

std::string line_of(std::int64_t step, const std::vector<Metric>& values) {
  nlohmann::ordered_json json = {{"step", step}};
  for (const auto& [name, value] : values) {
    json[name] = value;
  }
  return json.dump();
}

} // namespace

MetricLog::MetricLog(const std::filesystem::path& folder, int rank) {
  if (rank == 0) {
    metrics_ = std::make_unique<JsonLines>(folder / "metrics.jsonl");
    timing_ = std::make_unique<JsonLines>(folder / "timing.jsonl");
  }
}

MetricLog::~MetricLog() = default;

void MetricLog::resume_from(std::int64_t step) {
  if (metrics_) {
    metrics_->keep_through(step);
    timing_->keep_through(step);
  }
}

void MetricLog::write(std::int64_t step, const std::vector<Metric>& values) {
  if (metrics_) {
    metrics_->append(step, line_of(step, values));
  }
}

void MetricLog::write_timing(std::int64_t step, const std::vector<Metric>& values) {
  if (timing_) {
    timing_->append(step, line_of(step, values));
  }
}

void MetricLog::sync() {
  if (metrics_) {
    metrics_->sync();
    timing_->sync();
  }
}

} // namespace radforge
