#include "metric_lines.hpp"

#include "radforge/core/atomic_file.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <ranges>

namespace radforge {

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

} // namespace

double MetricLines::last(const std::string& column) const {
  const auto found = columns.find(column);
  if (found == columns.end()) {
    return none;
  }
  const auto values = std::views::reverse(found->second);
  const auto value = std::ranges::find_if(values, [](double one) { return !std::isnan(one); });
  return value == values.end() ? none : *value;
}

std::string MetricLines::validation_metric() const {
  for (const char* name : {"validation_auroc", "validation_mean_absolute_error", "validation_loss"}) {
    if (has(name)) {
      return name;
    }
  }
  return "";
}

MetricLines read_metric_lines(const std::filesystem::path& folder) {
  MetricLines lines;
  if (!std::filesystem::exists(folder / "metrics.jsonl")) {
    return lines;
  }
  const std::string text = read_file(folder / "metrics.jsonl");
  for (const auto part : std::views::split(text, '\n')) {
    const auto json = nlohmann::json::parse(part.begin(), part.end(), nullptr, false);
    if (!json.is_object() || !json.contains("step")) {
      continue;
    }
    lines.steps.push_back(json["step"].get<double>());
    for (const auto& [key, value] : json.items()) {
      if (key != "step" && value.is_number()) {
        std::vector<double>& column = lines.columns[key];
        column.resize(lines.steps.size(), none);
        column.back() = value.get<double>();
      }
    }
  }
  for (auto& [_, column] : lines.columns) {
    column.resize(lines.steps.size(), none);
  }
  return lines;
}

} // namespace radforge
