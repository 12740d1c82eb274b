#include "evaluation_tables.hpp"
#include "json_file.hpp"
#include "sections.hpp"

#include "radforge/core/error.hpp"
#include "radforge/io/csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace radforge {

namespace {

namespace fs = std::filesystem;
using Tables = EvaluationTables;

constexpr int schema_version = 2;      ///< of the evaluation
constexpr std::size_t max_labels = 14; ///< with curves of their own
constexpr double min_of_bin = 10;      ///< images of a bin that is drawn

/// What the lines of a table or plot are of: an arm with the head label, or, of one arm alone, a label.
struct Line {
  std::string name, arm, label;
};

std::vector<Line> lines_of(const Tables& tables) {
  std::vector<Line> lines;
  if (tables.arms().size() == 1) {
    for (const std::string& label : tables.labels()) {
      lines.push_back({label, tables.arms().front(), label});
    }
    return lines;
  }
  for (const std::string& arm : tables.arms()) {
    lines.push_back({arm, arm, tables.head_label()});
  }
  return lines;
}

void add_areas(HtmlPage& page, const std::string& name, const Tables& tables) {
  const std::vector<Line> lines = lines_of(tables);
  const std::string of = tables.arms().size() == 1 ? tables.arms().front() : "label " + tables.head_label();
  Table table{"areas-" + name,
              fmt::format("{}: area under the ROC curve, {}", name, of),
              {tables.arms().size() == 1 ? "label" : "arm", "site", "domain", "AUROC (interval)", "seeds", "deviation of seeds",
               "images", "gain over the first (interval)", "relative gain", "p (Holm)"}};
  Plot plot{.title = name + ": AUROC", .x_label = "area under the ROC curve, " + of, .y_label = ""};
  plot.height =
      static_cast<int>(120 + 22 * lines.size() * std::max<std::size_t>(1, std::min<std::size_t>(tables.sites().size(), 4)));
  for (const Line& line : lines) {
    plot.categories.push_back(line.name);
  }
  for (const std::string& site : tables.sites()) {
    Series series{.name = site, .style = Series::Style::points};
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const Line& line = lines[i];
      const Tables::Number area = tables.number(line.arm, site, line.label, "all", "auroc");
      const Tables::Gain gain = tables.gain(line.arm, site, line.label, "all", "auroc");
      table.rows.push_back({line.name, site, gain.domain, interval_cell(area.value, area.low, area.high), area.num_seeds,
                            number_cell(area.seed_deviation), area.num_images, interval_cell(gain.gain, gain.low, gain.high),
                            number_cell(gain.relative), number_cell(gain.p)});
      if (area.value.empty() && !area.note.empty()) {
        table.rows.back()[3] = Cell("not estimable: " + area.note, "");
      }
      add_point(series, area, i);
    }
    if (std::ranges::any_of(series.x, [](double x) { return !std::isnan(x); })) {
      plot.series.push_back(std::move(series));
    }
  }
  plot.series.empty() ? page.add(table) : page.add(plot, table, HtmlPage::Numbers::shown);
}

/// In a sentence what an arm has gained over the first, and whether that may be chance.
std::string verdict(const Tables::Gain& gain) {
  const double value = number_of(gain.gain);
  const double low = number_of(gain.low);
  const double high = number_of(gain.high);
  if (std::isnan(low) || std::isnan(high)) {
    return fmt::format("{:+.3f}, without an interval", value);
  }
  if (low > 0) {
    return fmt::format("better by {:.3f} ({:.3f} to {:.3f})", value, low, high);
  }
  if (high < 0) {
    return fmt::format("worse by {:.3f} ({:.3f} to {:.3f})", -value, -high, -low);
  }
  return fmt::format("no difference is shown: {:+.3f}, and the interval, {:+.3f} to {:+.3f}, holds zero", value, low, high);
}

void add_verdicts(HtmlPage& page, const Tables& tables) {
  const std::string& first = tables.arms().front();
  bool any = false;
  bool one_seed = false;
  for (const std::string& site : tables.sites()) {
    for (const std::string& arm : tables.arms()) {
      const Tables::Gain gain = tables.gain(arm, site, tables.head_label(), "all", "auroc");
      if (arm == first || std::isnan(number_of(gain.gain))) {
        continue;
      }
      page.paragraph(fmt::format("{} beside {} at {}, AUROC {}: {}.", arm, first, site, tables.head_label(), verdict(gain)));
      any = true;
      one_seed = one_seed || tables.number(arm, site, tables.head_label(), "all", "auroc").num_seeds == "1";
    }
  }
  if (any && one_seed) {
    page.paragraph("Where there is one training, what another seed would give is not in these intervals.");
  }
}

/// Of several arms and labels: every area.
void add_labels(HtmlPage& page, const std::string& name, const Tables& tables) {
  if (tables.arms().size() == 1 || tables.labels().size() == 1) {
    return;
  }
  for (const std::string& site : tables.sites()) {
    Table table{"labels-" + name + "-" + site, fmt::format("{}, {}: AUROC by label", name, site), {"label"}};
    table.columns.insert(table.columns.end(), tables.arms().begin(), tables.arms().end());
    for (const std::string& label : tables.labels()) {
      std::vector<Cell> row{label};
      for (const std::string& arm : tables.arms()) {
        const Tables::Number area = tables.number(arm, site, label, "all", "auroc");
        row.push_back(interval_cell(area.value, area.low, area.high));
      }
      table.rows.push_back(std::move(row));
    }
    page.add(table);
  }
}

/// Other numbers of the arms, at the chosen threshold.
void add_metrics(HtmlPage& page, const std::string& name, const Tables& tables) {
  constexpr std::array metrics{"average_precision", "brier",      "calibration_error", "balanced_accuracy", "f1",
                               "sensitivity",       "specificity"};
  Table table{"metrics-" + name,
              name + ": other metrics, at the chosen thresholds",
              {tables.arms().size() == 1 ? "label" : "arm", "site"}};
  table.columns.insert(table.columns.end(), metrics.begin(), metrics.end());
  for (const std::string& site : tables.sites()) {
    for (const Line& line : lines_of(tables)) {
      std::vector<Cell> row{line.name, site};
      for (const char* metric : metrics) {
        const Tables::Number number = tables.number(line.arm, site, line.label, "all", metric);
        row.push_back(interval_cell(number.value, number.low, number.high));
      }
      table.rows.push_back(std::move(row));
    }
  }
  page.add(table);
}

/// Of a curve between its points.
double value_at(const std::vector<Tables::Point>& curve, double x) {
  const auto behind = std::ranges::find_if(curve, [&](const Tables::Point& point) { return point.x > x; });
  if (behind == curve.begin() || behind == curve.end()) {
    return curve.empty() ? std::nan("") : behind == curve.begin() ? curve.front().y : curve.back().y;
  }
  const Tables::Point& before = *(behind - 1);
  return before.y + (behind->y - before.y) * (x - before.x) / (behind->x - before.x);
}

/// `lines` are drawn in one plot each of ROC curves and of calibration.
void add_curves(HtmlPage& page, const std::string& title, const std::string& site, const Tables& tables,
                const std::vector<Line>& lines) {
  Plot roc{.title = title + ": ROC",
           .x_label = "false positive rate",
           .y_label = "sensitivity",
           .x_range = {{0, 1}},
           .y_range = {{0, 1}}};
  Plot calibration{.title = title + ": calibration",
                   .x_label = "mean probability of a bin",
                   .y_label = "share of positive images",
                   .x_range = {{0, 1}},
                   .y_range = {{0, 1}}};
  roc.has_diagonal = calibration.has_diagonal = true;
  roc.width = calibration.width = 560;
  roc.height = calibration.height = 460 + 14 * static_cast<int>(lines.size());
  Table roc_table{
      "roc-" + title, title + ": sensitivity at false positive rates (curves.csv has every point)", {"false positive rate"}};
  Table calibration_table{"calibration-" + title,
                          title + ": bins of the calibration; those of fewer than ten images are in the table alone",
                          {"of", "mean probability", "share of positive images", "images"}};
  std::vector<std::vector<Tables::Point>> curves;
  for (const Line& line : lines) {
    std::vector<Tables::Point> points = tables.curve(line.arm, site, line.label, "roc");
    if (!points.empty()) {
      roc_table.columns.push_back(line.name);
      roc.series.push_back({.name = line.name});
      for (const Tables::Point& point : points) {
        roc.series.back().x.push_back(point.x);
        roc.series.back().y.push_back(point.y);
      }
      curves.push_back(std::move(points));
    }
    const std::vector<Tables::Point> bins = tables.curve(line.arm, site, line.label, "calibration");
    if (!bins.empty()) {
      calibration.series.push_back({.name = line.name, .style = Series::Style::line_and_points});
      for (const Tables::Point& bin : bins) {
        if (number_of(bin.num_images) >= min_of_bin) {
          calibration.series.back().x.push_back(bin.x);
          calibration.series.back().y.push_back(bin.y);
        }
        calibration_table.rows.push_back(
            {line.name, number_cell(bin.x), number_cell(bin.y), Cell(bin.num_images, bin.num_images)});
      }
    }
  }
  constexpr int num_steps = 20;
  for (int step = 0; step <= num_steps; ++step) {
    const double rate = static_cast<double>(step) / num_steps;
    std::vector<Cell> row{fmt::format("{:.2f}", rate)};
    for (const std::vector<Tables::Point>& curve : curves) {
      row.push_back(number_cell(value_at(curve, rate)));
    }
    roc_table.rows.push_back(std::move(row));
  }
  if (!roc.series.empty()) {
    page.add(roc, roc_table);
  }
  if (!calibration.series.empty()) {
    page.add(calibration, calibration_table);
  }
}

void add_all_curves(HtmlPage& page, const std::string& name, const Tables& tables) {
  std::vector<std::string> labels; // averages have no curves
  for (const std::string& label : tables.labels()) {
    const bool has_curve = std::ranges::any_of(tables.sites(), [&](const std::string& site) {
      return std::ranges::any_of(tables.arms(),
                                 [&](const std::string& arm) { return !tables.curve(arm, site, label, "calibration").empty(); });
    });
    if (has_curve) {
      labels.push_back(label);
    }
  }
  const bool are_all = labels.size() <= max_labels;
  page.paragraph(
      fmt::format("Curves are of each arm's first model{}.",
                  are_all ? "" : fmt::format(", of the first {} of {} labels; curves.csv has all", max_labels, labels.size())));
  labels.resize(std::min(labels.size(), max_labels));
  for (const std::string& site : tables.sites()) {
    if (tables.arms().size() == 1) {
      std::vector<Line> lines;
      for (const std::string& label : labels) {
        lines.push_back({label, tables.arms().front(), label});
      }
      add_curves(page, name + ", " + site, site, tables, lines);
      continue;
    }
    for (const std::string& label : labels) {
      std::vector<Line> lines;
      for (const std::string& arm : tables.arms()) {
        lines.push_back({arm, arm, label});
      }
      add_curves(page, fmt::format("{}, {}, {}", name, site, label), site, tables, lines);
    }
  }
}

Table thresholds_of(const std::string& name, const CsvTable& from) {
  Table table{"thresholds-" + name, name + ": thresholds, from which on an image is called positive", from.columns()};
  for (std::size_t row = 0; row < from.num_rows(); ++row) {
    std::vector<Cell> cells;
    for (std::size_t column = 0; column < from.columns().size(); ++column) {
      const std::string& text = from.cell(row, column);
      const bool is_fraction = column > 1 && !std::isnan(number_of(text)) && text.find('.') != std::string::npos;
      cells.push_back(is_fraction                                  ? number_cell(text, 4)
                      : column > 1 && !std::isnan(number_of(text)) ? Cell(text, text)
                                                                   : Cell(text));
    }
    table.rows.push_back(std::move(cells));
  }
  return table;
}

} // namespace

void add_evaluation(HtmlPage& page, const ResultFolder& folder) {
  page.heading(folder.name);
  if (!fs::exists(folder.path / "evaluation.json")) {
    page.paragraph("The evaluation is not finished.");
    return;
  }
  const nlohmann::ordered_json json = read_json(folder.path / "evaluation.json");
  if (json.value("schema_version", 0) != schema_version) {
    throw DataError("{}: schema {} (this version shows {}) evaluate again, into another folder", folder.path.string(),
                    text_of(json, "schema_version"), schema_version);
  }
  const auto settings = json.value("settings", nlohmann::ordered_json::object());
  page.paragraph(
      fmt::format("Images of the split {}. Intervals hold {} of {} draws of the bootstrap with the unit {}; thresholds by {}.",
                  text_of(settings, "split"), text_of(settings, "level"), text_of(settings, "num_draws"),
                  text_of(settings, "unit"), text_of(settings, "threshold_rule")));
  for (const auto& note : json.value("notes", nlohmann::ordered_json::array())) {
    page.paragraph("Note: " + note.get<std::string>());
  }
  const Tables tables(folder.path);
  add_areas(page, folder.name, tables);
  add_verdicts(page, tables);
  add_labels(page, folder.name, tables);
  add_metrics(page, folder.name, tables);
  add_all_curves(page, folder.name, tables);
  page.add(thresholds_of(folder.name, CsvTable::read(folder.path / "thresholds.csv")));
}

} // namespace radforge
