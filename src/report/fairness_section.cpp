#include "evaluation_tables.hpp"
#include "sections.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace radforge {

namespace {

using Tables = EvaluationTables;

/// What is looked at in groups.
struct Rate {
  std::string metric;
  std::string words;
  std::string label; ///< empty: that of the line
  bool is_better_high = false;
};

std::vector<Rate> rates_of(const Tables& tables) {
  const bool has_no_finding = std::ranges::find(tables.labels(), "No_Finding") != tables.labels().end();
  std::vector<Rate> rates{{"auroc", "AUROC", "", true}};
  if (has_no_finding) {
    rates.push_back({"false_positive_rate", "underdiagnosis (false positive rate of No_Finding)", "No_Finding", false});
    rates.push_back({"false_negative_rate", "overdiagnosis (false negative rate of No_Finding)", "No_Finding", false});
  } else {
    rates.push_back({"false_positive_rate", "false positive rate", "", false});
  }
  rates.push_back({"false_negative_rate", "false negative rate", "", false});
  return rates;
}

/// Lines are arms, or the labels of the only arm.
Table heat_map(const std::string& name, const std::string& site, const Tables& tables, const Tables::Split& split,
               const Rate& rate) {
  const bool by_label = tables.arms().size() == 1 && rate.label.empty();
  const std::string of = by_label ? tables.arms().front() : "label " + (rate.label.empty() ? tables.head_label() : rate.label);
  Table table{
      fmt::format("fairness-{}-{}-{}-{}-{}", name, site, split.name, rate.metric, rate.label),
      fmt::format("{}, {}: {} by {}, {} (images in parentheses; the darker, the worse)", name, site, rate.words, split.name, of),
      {by_label ? "label" : "arm"}};
  table.columns.insert(table.columns.end(), split.groups.begin(), split.groups.end());
  for (const char* column : {"largest gap (interval)", "change of the gap over the first arm", "relative change", "note"}) {
    table.columns.emplace_back(column);
  }
  double least = std::numeric_limits<double>::infinity();
  double most = -least;
  const auto add = [&](const std::string& line, const std::string& arm, const std::string& label) {
    std::vector<Cell> row{line};
    bool is_known = false;
    for (const std::string& group : split.groups) {
      const Tables::Number number = tables.number(arm, site, label, group, rate.metric);
      Cell cell = number_cell(number.value);
      cell.text += number.num_images.empty() ? "" : fmt::format(" ({})", number.num_images);
      if (const double value = number_of(number.value); !std::isnan(value)) {
        cell.shade = value; // among all of the table, below
        least = std::min(least, value);
        most = std::max(most, value);
        is_known = true;
      }
      row.push_back(std::move(cell));
    }
    const Tables::Number gap = tables.number(arm, site, label, split.name, rate.metric, "gap_max_min");
    const Tables::Gain gain = tables.gain(arm, site, label, split.name, rate.metric, "gap_max_min");
    row.push_back(interval_cell(gap.value, gap.low, gap.high));
    row.push_back(interval_cell(gain.gain, gain.low, gain.high));
    row.push_back(interval_cell(gain.relative, gain.relative_low, gain.relative_high));
    row.emplace_back(gap.note);
    if (is_known) {
      table.rows.push_back(std::move(row));
    }
  };
  if (by_label) {
    for (const std::string& label : tables.labels()) {
      add(label, tables.arms().front(), label);
    }
  } else {
    for (const std::string& arm : tables.arms()) {
      add(arm, arm, rate.label.empty() ? tables.head_label() : rate.label);
    }
  }
  for (std::vector<Cell>& row : table.rows) {
    for (Cell& cell : row) {
      if (cell.shade) {
        const double place = most > least ? (*cell.shade - least) / (most - least) : 0;
        cell.shade = rate.is_better_high ? 1 - place : place;
      }
    }
  }
  return table;
}

/// The rate of one arm's groups with their intervals, at a glance.
void add_group_plot(HtmlPage& page, const std::string& name, const std::string& site, const Tables& tables,
                    const Tables::Split& split, const Table& numbers) {
  Plot plot{
      .title = fmt::format("{}, {}: AUROC by {}", name, site, split.name), .x_label = "area under the ROC curve", .y_label = ""};
  plot.categories = split.groups;
  plot.height = static_cast<int>(140 + 26 * split.groups.size() * std::min<std::size_t>(tables.arms().size(), 4));
  for (const std::string& arm : tables.arms()) {
    Series series{.name = arm, .style = Series::Style::points};
    for (std::size_t i = 0; i < split.groups.size(); ++i) {
      add_point(series, tables.number(arm, site, tables.head_label(), split.groups[i], "auroc"), i);
    }
    if (std::ranges::any_of(series.x, [](double x) { return !std::isnan(x); })) {
      plot.series.push_back(std::move(series));
    }
  }
  plot.series.empty() ? page.add(numbers) : page.add(plot, numbers, HtmlPage::Numbers::shown);
}

} // namespace

void add_fairness(HtmlPage& page, const ResultFolder& folder) {
  if (!std::filesystem::exists(folder.path / "evaluation.json")) {
    return;
  }
  page.heading(folder.name);
  const Tables tables(folder.path);
  for (const std::string& site : tables.sites()) {
    for (const Tables::Split& split : tables.splits()) {
      for (const Rate& rate : rates_of(tables)) {
        const Table table = heat_map(folder.name, site, tables, split, rate);
        if (table.rows.empty()) {
          continue;
        }
        rate.metric == "auroc" ? add_group_plot(page, folder.name, site, tables, split, table) : page.add(table);
      }
    }
  }
}

} // namespace radforge
