#include "json_file.hpp"
#include "sections.hpp"

#include "radforge/io/csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

namespace radforge {

namespace {

namespace fs = std::filesystem;

/// A table of results as it is; numbers rounded.
Table table_of(const ResultFolder& folder, const std::string& name, const std::string& caption) {
  const CsvTable from = CsvTable::read(folder.path / (name + ".csv"));
  Table table{name + "-" + folder.name, folder.name + ": " + caption, from.columns()};
  for (std::size_t row = 0; row < from.num_rows(); ++row) {
    std::vector<Cell> cells;
    for (std::size_t column = 0; column < from.columns().size(); ++column) {
      const std::string& text = from.cell(row, column);
      cells.push_back(column == 0 || std::isnan(number_of(text)) ? Cell(text)
                                                                 : Cell(fmt::format("{:.5g}", number_of(text)), text));
    }
    table.rows.push_back(std::move(cells));
  }
  return table;
}

/// One law in one variable, and what was measured.
struct Drawing {
  std::string measure, law, variable;
  bool operator==(const Drawing&) const = default;
};

Series& series_named(Plot& plot, const std::string& name, Series::Style style) {
  const auto found = std::ranges::find(plot.series, name, &Series::name);
  return found != plot.series.end() ? *found : plot.series.emplace_back(Series{.name = name, .style = style});
}

/// Of a law's variable: the column that has it, and what it is.
std::pair<const char*, const char*> words_of(const std::string& variable) {
  return variable == "N"   ? std::pair("model_size", "trained parameters")
         : variable == "D" ? std::pair("data_size", "samples seen")
                           : std::pair("flop", "FLOP");
}

void add_drawing(HtmlPage& page, const ResultFolder& folder, const Drawing& drawing, const CsvTable& curves,
                 const CsvTable& points) {
  const auto [column, words] = words_of(drawing.variable);
  Plot plot{.title = fmt::format("{}: {} by {} ({})", folder.name, drawing.measure, words, drawing.law),
            .x_label = words,
            .y_label = drawing.measure};
  plot.log_x = true;
  Table numbers{fmt::format("law-{}-{}-{}-{}", folder.name, drawing.measure, drawing.law, drawing.variable),
                fmt::format("{}: measured {} and the law ({}) by {}", folder.name, drawing.measure, drawing.law, words),
                {"what", words, drawing.measure}};
  const auto add = [&](Series& series, const std::string& x, const std::string& y) {
    series.x.push_back(number_of(x));
    series.y.push_back(number_of(y));
    numbers.rows.push_back({series.name, number_cell(x, 0), number_cell(y, 4)});
  };
  std::set<std::string> sizes; // of the models that a curve is of; empty: all
  for (std::size_t row = 0; row < curves.num_rows(); ++row) {
    const auto cell = [&](const char* name) { return curves.cell(row, curves.column(name)); };
    if (Drawing{cell("measure"), cell("law"), cell("variable")} == drawing) {
      const std::string size = cell("model_size");
      if (!size.empty()) {
        sizes.insert(size);
      }
      add(series_named(plot, size.empty() ? "law" : fmt::format("law, {:.3g} parameters", number_of(size)), Series::Style::line),
          cell("x"), cell("value"));
    }
  }
  for (std::size_t row = 0; row < points.num_rows(); ++row) {
    const auto cell = [&](const char* name) { return points.cell(row, points.column(name)); };
    if (cell("measure") == drawing.measure && (sizes.empty() || sizes.contains(cell("model_size")))) {
      add(series_named(plot, cell("held_out") == "1" ? "measured, held out" : "measured", Series::Style::points), cell(column),
          cell("value"));
    }
  }
  page.add(plot, numbers);
}

} // namespace

void add_scaling(HtmlPage& page, const ResultFolder& folder) {
  page.heading(folder.name);
  if (!fs::exists(folder.path / "scaling.json")) {
    page.paragraph("The fit is not finished.");
    return;
  }
  for (const auto& note : read_json(folder.path / "scaling.json").value("notes", nlohmann::ordered_json::array())) {
    page.paragraph("Note: " + note.get<std::string>());
  }
  page.add(table_of(folder, "fits", "parameters of the laws with their intervals, and what speaks against them"));
  page.add(table_of(folder, "predictions", "runs that were kept out of the fits, measured and predicted"));
  const CsvTable curves = CsvTable::read(folder.path / "curves.csv");
  const CsvTable points = CsvTable::read(folder.path / "points.csv");
  std::vector<Drawing> drawings;
  for (std::size_t row = 0; row < curves.num_rows(); ++row) {
    const auto cell = [&](const char* column) { return curves.cell(row, curves.column(column)); };
    const Drawing drawing{cell("measure"), cell("law"), cell("variable")};
    if (std::ranges::find(drawings, drawing) == drawings.end()) {
      drawings.push_back(drawing);
    }
  }
  for (const Drawing& drawing : drawings) {
    add_drawing(page, folder, drawing, curves, points);
  }
  page.add(table_of(folder, "points", "what was measured"));
  const Table optimum = table_of(folder, "optimum", "how a budget of arithmetic is best spent, by the joint law");
  if (!optimum.rows.empty()) {
    page.add(optimum);
  }
}

} // namespace radforge
