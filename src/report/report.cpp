#include "radforge/report/report.hpp"

#include "result_folder.hpp"
#include "sections.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/build_info.hpp"
#include "radforge/core/error.hpp"

#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <functional>

namespace radforge {

namespace {

namespace fs = std::filesystem;

class Report {
 public:
  explicit Report(std::vector<std::vector<ResultFolder>> roots)
      : page_("radforge: " + names_of(roots)), roots_(std::move(roots)) {
    for (const std::vector<ResultFolder>& root : roots_) {
      all_.insert(all_.end(), root.begin(), root.end());
    }
    build();
  }

  const HtmlPage& page() const { return page_; }
  std::size_t num_folders() const { return all_.size(); }
  const std::vector<std::string>& problems() const { return problems_; }

 private:
  using Show = std::function<void(const ResultFolder&)>;

  static std::string names_of(const std::vector<std::vector<ResultFolder>>& roots) {
    std::vector<std::string> names;
    for (const std::vector<ResultFolder>& root : roots) {
      const std::string& name = root.front().name;
      names.push_back(root.front().below.empty() ? name : name.substr(0, name.size() - root.front().below.size() - 1));
    }
    return fmt::format("{}", fmt::join(names, " and "));
  }

  void build() {
    add_overview(page_, all_);
    if (roots_.size() == 2) {
      compare(roots_[0], roots_[1]);
    }
    // A sweep's runs are told of together, where the sweep is.
    const auto is_alone = [&](std::initializer_list<const char*> tasks) {
      return [this, tasks = std::vector<std::string>(tasks.begin(), tasks.end())](const ResultFolder& folder) {
        return std::ranges::find(tasks, folder.task) != tasks.end() && !is_of_sweep(folder, all_);
      };
    };
    part("Data sets", is_alone({"images", "latents", "generation"}),
         [&](const ResultFolder& folder) { add_dataset(page_, folder); });
    part("Training", is_alone({"sweep", "autoencoder", "diffusion", "classifier"}), [&](const ResultFolder& folder) {
      folder.task == "sweep" ? add_sweep(page_, folder, all_) : add_training(page_, folder);
    });
    part("Quality of synthetic images", is_alone({"image-quality"}),
         [&](const ResultFolder& folder) { add_image_quality(page_, folder); });
    part("Classifiers", is_alone({"classification"}), [&](const ResultFolder& folder) { add_evaluation(page_, folder); });
    part("Fairness", is_alone({"classification"}), [&](const ResultFolder& folder) { add_fairness(page_, folder); });
    part("Scaling laws", is_alone({"scaling"}), [&](const ResultFolder& folder) { add_scaling(page_, folder); });
    page_.add(fmt::format("<footer><p>Made by radforge {}.</p></footer>\n", HtmlPage::text(build_info().version)));
  }

  void part(const std::string& title, const std::function<bool(const ResultFolder&)>& is_of_it, const Show& show) {
    if (std::ranges::none_of(all_, is_of_it)) {
      return;
    }
    page_.section(title);
    for (const ResultFolder& folder : all_) {
      if (is_of_it(folder)) {
        guarded(folder, [&] { show(folder); });
      }
    }
  }

  /// One damaged folder leaves the others' numbers where they are.
  void guarded(const ResultFolder& folder, const std::function<void()>& show) {
    try {
      show();
    } catch (const std::exception& error) {
      problems_.push_back(fmt::format("{} could not be shown whole ({})", folder.name, error.what()));
      page_.paragraph(problems_.back());
    }
  }

  void compare(const std::vector<ResultFolder>& first, const std::vector<ResultFolder>& second) {
    page_.section("Side by side");
    bool has_pair = false;
    for (const ResultFolder& one : first) {
      const auto other =
          std::ranges::find_if(second, [&](const ResultFolder& two) { return two.below == one.below && two.task == one.task; });
      if (other != second.end() && one.task != "sweep") {
        has_pair = true;
        guarded(one, [&] { add_comparison(page_, one, *other); });
      }
    }
    if (!has_pair) {
      page_.paragraph("The two have no results of the same task at the same place.");
    }
  }

  HtmlPage page_;
  std::vector<std::vector<ResultFolder>> roots_;
  std::vector<ResultFolder> all_;
  std::vector<std::string> problems_;
};

std::string tables_text(const HtmlPage& page) {
  nlohmann::ordered_json tables = nlohmann::ordered_json::array();
  for (const Table& table : page.tables()) {
    nlohmann::ordered_json rows = nlohmann::ordered_json::array();
    for (const std::vector<Cell>& row : table.rows) {
      nlohmann::ordered_json cells = nlohmann::ordered_json::array();
      for (const Cell& cell : row) {
        cells.push_back(cell.in_full());
      }
      rows.push_back(std::move(cells));
    }
    tables.push_back({{"name", table.name}, {"caption", table.caption}, {"columns", table.columns}, {"rows", std::move(rows)}});
  }
  return nlohmann::ordered_json{{"schema_version", 1}, {"radforge", build_info().version}, {"tables", std::move(tables)}}.dump(
             1) +
         "\n";
}

} // namespace

ReportResult write_report(const std::vector<fs::path>& roots, const fs::path& page) {
  std::vector<std::vector<ResultFolder>> found;
  std::ranges::transform(roots, std::back_inserter(found), find_results);
  const Report report(std::move(found));
  ReportResult result{.num_folders = report.num_folders(), .problems = report.problems()};
  if (report.page().lacks_plots()) {
    result.problems.emplace_back(
        "plots were left out, their tables are there (gnuplot is not installed) install gnuplot, Debian's "
        "gnuplot-nox, and write the report again");
  }
  const std::string html = report.page().html();
  result.num_bytes = html.size();
  write_file_atomically(page, html);
  fs::path tables = page;
  write_file_atomically(tables.replace_extension(".json"), tables_text(report.page()));
  return result;
}

} // namespace radforge
