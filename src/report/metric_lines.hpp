#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace radforge {

/// `metrics.jsonl` of a training run as columns; NaN where a line has none.
struct MetricLines {
  std::vector<double> steps;
  std::map<std::string, std::vector<double>> columns;

  bool has(const std::string& column) const { return columns.contains(column); }
  /// The last number of a column; NaN where there is none.
  double last(const std::string& column) const;
  /// What a validation is judged by: the first of AUROC, absolute error and loss that there is; empty without one.
  std::string validation_metric() const;
};

/// Empty without a file. Lines that are no JSON, as the last one of a killed run, are passed over. Errors: IoError.
MetricLines read_metric_lines(const std::filesystem::path& folder);

} // namespace radforge
