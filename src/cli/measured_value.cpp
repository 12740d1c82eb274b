#include "measured_value.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"
#include "radforge/io/csv.hpp"

#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <limits>
#include <optional>
#include <set>
#include <sstream>
#include <utility>
#include <vector>

namespace radforge {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr const char* training_file = "metrics.jsonl";

// What a kill cut short, a last line without its end, is passed over.
void for_each_line(const fs::path& run, const std::function<void(const Json&)>& look) {
  const fs::path path = run / training_file;
  if (!fs::exists(path)) {
    return;
  }
  std::istringstream lines(read_file(path));
  std::size_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    const Json json = Json::parse(line, nullptr, false);
    if (json.is_object()) {
      look(json);
    } else if (!lines.eof()) {
      throw DataError("{}:{} is no JSON object (the file is damaged) train again, or take the run out of the sweep",
                      path.string(), number);
    }
  }
}

std::int64_t step_of(const Json& json) {
  const auto value = json.find("step");
  return value != json.end() && value->is_number_integer() ? value->get<std::int64_t>() : 0;
}

MeasuredValue finite(double value, std::int64_t step = 0) {
  return {value, step, std::isfinite(value) ? "" : fmt::format("its value is {}, which is no number to fit", value)};
}

MeasuredValue of_training(const std::string& key, const fs::path& run) {
  std::optional<double> found;
  std::int64_t step = 0;
  std::set<std::string> keys;
  for_each_line(run, [&](const Json& json) {
    for (const auto& [name, value] : json.items()) {
      keys.insert(name);
    }
    if (const auto value = json.find(key); value != json.end()) { // a number that is none is written as null
      found = value->is_number() ? value->get<double>() : std::numeric_limits<double>::quiet_NaN();
      step = step_of(json);
    }
  });
  if (!found) {
    return {0, 0,
            fmt::format("{} has no line with '{}' (there are: {})", (run / training_file).string(), key, fmt::join(keys, ", "))};
  }
  return finite(*found, step);
}

/// A column, the text that its cell must have, and whether an empty text means the only one there is.
struct Condition {
  const char* column;
  std::string text;
  bool may_be_open = false;
};

MeasuredValue of_table(const fs::path& path, const std::vector<Condition>& conditions) {
  if (!fs::exists(path)) {
    return {0, 0, fmt::format("{} is not there", path.string())};
  }
  const CsvTable table = CsvTable::read(path);
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < table.num_rows(); ++row) {
    bool fits = true;
    for (const Condition& condition : conditions) {
      fits = fits && ((condition.may_be_open && condition.text.empty()) ||
                      table.cell(row, table.column(condition.column)) == condition.text);
    }
    if (fits) {
      rows.push_back(row);
    }
  }
  std::vector<std::string> asked;
  for (const Condition& condition : conditions) {
    if (!condition.text.empty()) {
      asked.push_back(fmt::format("{} {}", condition.column, condition.text));
    }
  }
  if (rows.empty()) {
    return {0, 0, fmt::format("{} has no row of {}", path.string(), fmt::join(asked, ", "))};
  }
  if (rows.size() > 1) {
    std::string differ;
    for (const Condition& condition : conditions) {
      std::set<std::string> texts;
      for (const std::size_t row : rows) {
        texts.insert(table.cell(row, table.column(condition.column)));
      }
      if (texts.size() > 1) {
        differ += fmt::format("{}{}: {}", differ.empty() ? "" : "; ", condition.column, fmt::join(texts, ", "));
      }
    }
    throw ConfigError("{} has {} rows of {} (they differ in {}) name one of each in the measure", path.string(), rows.size(),
                      fmt::join(asked, ", "), differ.empty() ? "nothing that a measure names" : differ);
  }
  const std::string& text = table.cell(rows.front(), table.column("value"));
  double value = std::numeric_limits<double>::quiet_NaN(); // an empty one was not estimable
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (!text.empty() && (error != std::errc() || rest != text.data() + text.size())) {
    throw DataError("{}:{}: value '{}' is no number (the table is damaged) evaluate again", path.string(),
                    table.line(rows.front()), text);
  }
  return finite(value);
}

} // namespace

fs::path file_of_steps(const fs::path& run) { return run / training_file; }

fs::path file_of_measure(const ScalingMeasureConfig& measure, const fs::path& run) {
  if (measure.source == "training") {
    return file_of_steps(run);
  }
  return run / (measure.source == "classification" ? "metrics.csv" : "image_quality.csv");
}

MeasuredValue measured_value(const ScalingMeasureConfig& measure, const fs::path& run) {
  const fs::path file = file_of_measure(measure, run);
  if (measure.source == "training") {
    return of_training(measure.key, run);
  }
  if (measure.source == "classification") {
    return of_table(file, {{"model", measure.model, true},
                           {"site", measure.site, true},
                           {"label", measure.label},
                           {"subgroup", measure.subgroup},
                           {"metric", measure.key},
                           {"measure", "value"}});
  }
  return of_table(file, {{"subgroup", measure.subgroup}, {"features", measure.features, true}, {"metric", measure.key}});
}

std::int64_t last_step(const fs::path& run) {
  std::int64_t step = 0;
  for_each_line(run, [&](const Json& json) { step = std::max(step, step_of(json)); });
  return step;
}

} // namespace radforge
