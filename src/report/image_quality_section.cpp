#include "sections.hpp"

#include "radforge/io/csv.hpp"
#include "radforge/io/image.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace radforge {

namespace {

namespace fs = std::filesystem;

/// Subgroups in the lines, metrics in the columns; empty `rows` where no metric is of this kind.
Table table_of(const ResultFolder& folder, const CsvTable& values, const std::string& space) {
  std::vector<std::string> metrics;
  std::vector<std::string> groups;
  std::map<std::pair<std::string, std::string>, std::size_t> row_of;
  const std::size_t group = values.column("subgroup");
  const std::size_t metric = values.column("metric");
  const auto note = [](std::vector<std::string>& names, const std::string& name) {
    if (std::ranges::find(names, name) == names.end()) {
      names.push_back(name);
    }
  };
  for (std::size_t row = 0; row < values.num_rows(); ++row) {
    if (values.cell(row, values.column("features")) == space) {
      note(groups, values.cell(row, group));
      note(metrics, values.cell(row, metric));
      row_of[{values.cell(row, group), values.cell(row, metric)}] = row;
    }
  }
  Table table{"quality-" + folder.name + "-" + space,
              folder.name + (space.empty() ? ": images as they are" : ": distances of the features of " + space),
              {"images of"}};
  table.columns.insert(table.columns.end(), metrics.begin(), metrics.end());
  for (const std::string& of : groups) {
    std::vector<Cell> cells{of};
    std::string sizes;
    for (const std::string& name : metrics) {
      const auto found = row_of.find({of, name});
      cells.push_back(found == row_of.end() ? number_cell("") : number_cell(values.cell(found->second, values.column("value"))));
      if (found != row_of.end() && sizes.empty() && !space.empty()) {
        sizes = fmt::format(" ({} real, {} synthetic)", values.cell(found->second, values.column("num_real")),
                            values.cell(found->second, values.column("num_synthetic")));
      }
    }
    cells.front().text += sizes;
    table.rows.push_back(std::move(cells));
  }
  return table;
}

/// The numbers of the pictures, in their order.
Table table_of_nearest(const ResultFolder& folder, const std::string& space) {
  const CsvTable values = CsvTable::read(folder.path / fmt::format("nearest-{}.csv", space));
  Table table{"nearest-" + folder.name + "-" + space,
              folder.name + ": synthetic images nearest to training images by " + space + ", row by row",
              {"synthetic", "training", "distance", "ratio to the second nearest"}};
  const auto image = [&](std::size_t row, const std::string& of) {
    return fmt::format("{} of {}", values.cell(row, values.column(of + "_id")), values.cell(row, values.column(of + "_dataset")));
  };
  for (std::size_t row = 0; row < values.num_rows(); ++row) {
    table.rows.push_back({image(row, "synthetic"), image(row, "training"),
                          number_cell(values.cell(row, values.column("distance"))),
                          number_cell(values.cell(row, values.column("ratio")))});
  }
  return table;
}

} // namespace

void add_image_quality(HtmlPage& page, const ResultFolder& folder) {
  page.heading(folder.name);
  if (!fs::exists(folder.path / "image_quality.csv")) {
    page.paragraph("The evaluation is not finished.");
    return;
  }
  const CsvTable values = CsvTable::read(folder.path / "image_quality.csv");
  std::vector<std::string> spaces;
  for (std::size_t row = 0; row < values.num_rows(); ++row) {
    const std::string& space = values.cell(row, values.column("features"));
    if (std::ranges::find(spaces, space) == spaces.end()) {
      spaces.push_back(space);
    }
  }
  for (const std::string& space : spaces) {
    page.add(table_of(folder, values, space));
    const fs::path nearest = folder.path / fmt::format("nearest-{}.png", space);
    if (!space.empty() && fs::exists(nearest)) {
      page.add(HtmlPage::picture(
          read_image(nearest),
          fmt::format("{}: in the left half synthetic images, in the same place of the right half the training image "
                      "that each is nearest to by {}",
                      folder.name, space),
          640));
      page.add(table_of_nearest(folder, space));
    }
  }
}

} // namespace radforge
