#include "evaluation_tables.hpp"
#include "metric_lines.hpp"
#include "sections.hpp"

#include "radforge/config/changes.hpp"
#include "radforge/io/csv.hpp"

#include <fmt/format.h>

#include <cmath>
#include <map>

namespace radforge {

namespace {

namespace fs = std::filesystem;
using Numbers = std::vector<std::pair<std::string, std::string>>; ///< what, and its number

/// "loss_t0-99": the loss of some timesteps.
bool is_of_timesteps(const std::string& name) {
  const std::size_t place = name.rfind("_t");
  const std::string rest = place == std::string::npos ? "" : name.substr(place + 2);
  return rest.find('-') != std::string::npos && rest.find_first_not_of("0123456789-") == std::string::npos;
}

Numbers last_metrics(const fs::path& folder) {
  Numbers numbers;
  const MetricLines lines = read_metric_lines(folder);
  if (!lines.steps.empty()) {
    numbers.emplace_back("step", fmt::format("{}", lines.steps.back()));
  }
  for (const auto& [name, _] : lines.columns) {
    if (const double value = lines.last(name); !std::isnan(value) && !is_of_timesteps(name)) {
      numbers.emplace_back(name, fmt::format("{}", value));
    }
  }
  return numbers;
}

Numbers qualities(const fs::path& folder) {
  Numbers numbers;
  if (!fs::exists(folder / "image_quality.csv")) {
    return numbers;
  }
  const CsvTable table = CsvTable::read(folder / "image_quality.csv");
  for (std::size_t row = 0; row < table.num_rows(); ++row) {
    const std::string& space = table.cell(row, table.column("features"));
    numbers.emplace_back(fmt::format("{}{}, {}", table.cell(row, table.column("metric")), space.empty() ? "" : " of " + space,
                                     table.cell(row, table.column("subgroup"))),
                         table.cell(row, table.column("value")));
  }
  return numbers;
}

Numbers areas(const fs::path& folder) {
  Numbers numbers;
  if (!fs::exists(folder / "evaluation.json")) {
    return numbers;
  }
  const EvaluationTables tables(folder);
  for (const std::string& arm : tables.arms()) {
    for (const std::string& site : tables.sites()) {
      for (const std::string& label : tables.labels()) {
        numbers.emplace_back(fmt::format("AUROC of {}, {}, {}", arm, site, label),
                             tables.number(arm, site, label, "all", "auroc").value);
        for (const EvaluationTables::Split& split : tables.splits()) {
          numbers.emplace_back(fmt::format("gap of the false positive rate by {}, {}, {}, {}", split.name, arm, site, label),
                               tables.number(arm, site, label, split.name, "false_positive_rate", "gap_max_min").value);
        }
      }
    }
  }
  return numbers;
}

Numbers numbers_of(const ResultFolder& folder) {
  return folder.task == "classification"  ? areas(folder.path)
         : folder.task == "image-quality" ? qualities(folder.path)
                                          : last_metrics(folder.path);
}

void add_changes(HtmlPage& page, const ResultFolder& first, const ResultFolder& second) {
  const std::vector<ConfigChange> changes = config_changes(first.config, second.config);
  if (changes.empty()) {
    page.paragraph("The configurations are the same.");
    return;
  }
  Table table{"changes-" + first.name, "What differs in the configurations", {"key", first.name, second.name}};
  for (const ConfigChange& change : changes) {
    table.rows.push_back({change.key, change.before, change.after});
  }
  page.add(table);
}

void add_numbers(HtmlPage& page, const ResultFolder& first, const ResultFolder& second) {
  std::map<std::string, std::string> of_second;
  for (const auto& [name, value] : numbers_of(second)) {
    of_second[name] = value;
  }
  Table table{"side-by-side-" + first.name, "Numbers that both have", {"number", first.name, second.name, "difference"}};
  for (const auto& [name, value] : numbers_of(first)) {
    if (const auto found = of_second.find(name); found != of_second.end()) {
      table.rows.push_back({name, number_cell(value, 4), number_cell(found->second, 4),
                            number_cell(number_of(found->second) - number_of(value), 4)});
    }
  }
  if (!table.rows.empty()) {
    page.add(table);
  }
}

void add_curve(HtmlPage& page, const ResultFolder& first, const ResultFolder& second) {
  const MetricLines a = read_metric_lines(first.path);
  const MetricLines b = read_metric_lines(second.path);
  const std::string metric = a.validation_metric();
  if (metric.empty() || !b.has(metric)) {
    return;
  }
  Plot plot{.title = first.below.empty() ? metric : first.below + ": " + metric, .x_label = "step", .y_label = metric};
  Table table{"curves-side-by-side-" + first.name, metric + " of both", {"run", "step", metric}};
  for (const auto& [name, lines] : {std::pair(first.name, &a), std::pair(second.name, &b)}) {
    plot.series.push_back({.name = name, .style = Series::Style::line_and_points});
    for (std::size_t i = 0; i < lines->steps.size(); ++i) {
      if (const double value = lines->columns.at(metric)[i]; !std::isnan(value)) {
        plot.series.back().x.push_back(lines->steps[i]);
        plot.series.back().y.push_back(value);
        table.rows.push_back({name, fmt::format("{}", lines->steps[i]), number_cell(value, 4)});
      }
    }
  }
  page.add(plot, table);
}

} // namespace

void add_comparison(HtmlPage& page, const ResultFolder& first, const ResultFolder& second) {
  page.heading(fmt::format("{} and {} ({})", first.name, second.name, first.task));
  add_changes(page, first, second);
  add_numbers(page, first, second);
  add_curve(page, first, second);
}

} // namespace radforge
