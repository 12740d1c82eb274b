#include "radforge/run/metric_log.hpp"

#include "json_lines.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/clock.hpp"
#include "radforge/run/event_file.hpp"

#include <nlohmann/json.hpp>

#include <limits>
#include <sstream>

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

MetricLog::MetricLog(const std::filesystem::path& folder, int rank) : folder_(folder) {
  if (rank == 0) {
    metrics_ = std::make_unique<JsonLines>(folder / "metrics.jsonl");
    timing_ = std::make_unique<JsonLines>(folder / "timing.jsonl");
  }
}

MetricLog::~MetricLog() = default;

EventFile& MetricLog::events() {
  if (!events_) {
    events_ = std::make_unique<EventFile>(folder_, 0);
  }
  return *events_;
}

void MetricLog::resume_from(std::int64_t step) {
  if (metrics_) {
    metrics_->keep_through(step);
    timing_->keep_through(step);
    events().resume_from(step, seconds_since_1970());
  }
}

void MetricLog::write(std::int64_t step, const std::vector<Metric>& values) {
  if (metrics_) {
    metrics_->append(step, line_of(step, values));
    events().scalars(step, seconds_since_1970(), values);
  }
}

void MetricLog::write_timing(std::int64_t step, const std::vector<Metric>& values) {
  if (timing_) {
    timing_->append(step, line_of(step, values));
    std::vector<Metric> grouped = values;
    for (Metric& metric : grouped) {
      metric.name = "timing/" + metric.name;
    }
    events().scalars(step, seconds_since_1970(), grouped);
  }
}

std::vector<std::pair<std::int64_t, double>> MetricLog::values_of(const std::string& name) const {
  std::vector<std::pair<std::int64_t, double>> values;
  if (metrics_) {
    std::istringstream lines(read_file(folder_ / "metrics.jsonl"));
    for (std::string line; std::getline(lines, line);) {
      const auto json = nlohmann::json::parse(line);
      if (const auto found = json.find(name); found != json.end()) {
        values.emplace_back(json.at("step").get<std::int64_t>(),
                            found->is_number() ? found->get<double>() : std::numeric_limits<double>::quiet_NaN());
      }
    }
  }
  return values;
}

void MetricLog::write_image(std::int64_t step, const std::string& name, const Image& image) {
  if (metrics_) {
    events().image(step, seconds_since_1970(), name, image);
  }
}

void MetricLog::sync() {
  if (metrics_) {
    metrics_->sync();
    timing_->sync();
    events().sync();
  }
}

} // namespace radforge
