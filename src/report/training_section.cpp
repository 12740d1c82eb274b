#include "metric_lines.hpp"
#include "sections.hpp"

#include "radforge/evaluate/sweep_record.hpp"
#include "radforge/io/csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace radforge {

namespace {

constexpr std::size_t max_rows = 60; ///< of a table of a curve

/// Columns by step; of many steps every k-th and the last.
Table table_of(const std::string& name, const std::string& caption, const MetricLines& lines,
               const std::vector<std::string>& columns) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < lines.steps.size(); ++i) {
    if (std::ranges::any_of(columns, [&](const std::string& column) { return !std::isnan(lines.columns.at(column)[i]); })) {
      places.push_back(i);
    }
  }
  const std::size_t every = std::max<std::size_t>(1, (places.size() + max_rows - 1) / max_rows);
  Table table{name, every == 1 ? caption : fmt::format("{} (one line of {}; metrics.jsonl has all)", caption, every), {"step"}};
  table.columns.insert(table.columns.end(), columns.begin(), columns.end());
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (i % every == 0 || i + 1 == places.size()) {
      std::vector<Cell> row{fmt::format("{}", lines.steps[places[i]])};
      for (const std::string& column : columns) {
        row.push_back(number_cell(lines.columns.at(column)[places[i]], 4));
      }
      table.rows.push_back(std::move(row));
    }
  }
  return table;
}

/// Without the steps at which there is no value.
Series series_of(const std::string& name, const MetricLines& lines, const std::string& column) {
  Series series{.name = name};
  const std::vector<double>& values = lines.columns.at(column);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isnan(values[i])) {
      series.x.push_back(lines.steps[i]);
      series.y.push_back(values[i]);
    }
  }
  series.style = series.x.size() < 20 ? Series::Style::line_and_points : Series::Style::line;
  return series;
}

void add_curves(HtmlPage& page, const ResultFolder& folder, const MetricLines& lines, const std::string& title,
                std::vector<std::string> columns) {
  std::erase_if(columns, [&](const std::string& column) { return !lines.has(column); });
  if (columns.empty()) {
    return;
  }
  Plot plot{.title = folder.name + ": " + title, .x_label = "step", .y_label = title};
  for (const std::string& column : columns) {
    plot.series.push_back(series_of(column, lines, column));
  }
  page.add(plot, table_of(title + "-" + folder.name, folder.name + ": " + title, lines, columns));
}

/// What an evaluation is looked at for first, and its number; both empty where there is none.
std::pair<std::string, std::string> main_number(const ResultFolder& folder) {
  const bool is_of_images = folder.task == "image-quality";
  const std::filesystem::path path = folder.path / (is_of_images ? "image_quality.csv" : "metrics.csv");
  if ((!is_of_images && folder.task != "classification") || !std::filesystem::exists(path)) {
    return {};
  }
  const CsvTable table = CsvTable::read(path);
  const char* metric = is_of_images ? "fid" : "auroc";
  for (std::size_t row = 0; row < table.num_rows(); ++row) {
    const auto cell = [&](const char* column) { return table.cell(row, table.column(column)); };
    if (cell("metric") == metric && cell("subgroup") == "all") {
      return {fmt::format("{}, {}", metric, is_of_images ? cell("features") : cell("site") + ", " + cell("label")),
              cell("value")};
    }
  }
  return {};
}

} // namespace

void add_training(HtmlPage& page, const ResultFolder& folder) {
  const MetricLines lines = read_metric_lines(folder.path);
  page.heading(fmt::format("{} ({})", folder.name, folder.task));
  if (lines.steps.empty()) {
    page.paragraph("No step has been logged.");
    return;
  }
  add_curves(page, folder, lines, "loss", {"mean_loss", "validation_loss"});
  const std::string metric = lines.validation_metric();
  if (metric != "validation_loss" && !metric.empty()) {
    add_curves(page, folder, lines, metric, {metric});
  }
}

void add_sweep(HtmlPage& page, const ResultFolder& sweep, const std::vector<ResultFolder>& runs) {
  page.heading(sweep.name + " (sweep)");
  Table table{
      "sweep-" + sweep.name, sweep.name + ": what became of its runs", {"run", "task", "state", "last step", "what", "value"}};
  std::vector<std::pair<std::string, std::vector<std::pair<std::string, MetricLines>>>> entries;
  for (const SweepRecord::Run& run : read_sweep_record(sweep.path).runs) {
    const auto folder = std::ranges::find_if(runs, [&](const ResultFolder& one) { return one.path == sweep.path / run.name; });
    const MetricLines lines = folder == runs.end() ? MetricLines() : read_metric_lines(folder->path);
    const std::string metric = lines.validation_metric();
    const std::string state = folder == runs.end() ? "open" : folder->starts.empty() ? "unknown" : folder->starts.back().outcome;
    const auto [what, value] =
        metric.empty() && folder != runs.end() ? main_number(*folder) : std::pair(metric, fmt::format("{}", lines.last(metric)));
    table.rows.push_back({run.name, run.task, state, lines.steps.empty() ? "" : fmt::format("{}", lines.steps.back()), what,
                          what.empty() ? Cell("") : number_cell(value, 4)});
    if (!metric.empty()) {
      if (entries.empty() || entries.back().first != run.entry) {
        entries.emplace_back(run.entry, std::vector<std::pair<std::string, MetricLines>>());
      }
      entries.back().second.emplace_back(run.name, lines);
    }
  }
  page.add(table);
  page.paragraph("A report of a run's own folder shows it whole.");
  for (const auto& [entry, of_runs] : entries) {
    const std::string metric = of_runs.front().second.validation_metric();
    Plot plot{.title = sweep.name + ": " + entry, .x_label = "step", .y_label = metric};
    Table numbers{"curves-" + sweep.name + "-" + entry,
                  fmt::format("{}: {} of the runs of {}", sweep.name, metric, entry),
                  {"run", "step", metric}};
    for (const auto& [name, lines] : of_runs) {
      if (!lines.has(metric)) {
        continue;
      }
      plot.series.push_back(series_of(name, lines, metric));
      const Series& series = plot.series.back();
      for (std::size_t i = 0; i < series.x.size(); ++i) {
        numbers.rows.push_back({name, fmt::format("{}", series.x[i]), number_cell(series.y[i], 4)});
      }
    }
    page.add(plot, numbers);
  }
}

} // namespace radforge
