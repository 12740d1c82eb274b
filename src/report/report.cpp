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
  Report(const std::vector<std::string>& names, std::vector<FoundResults> roots)
      : page_(fmt::format("radforge: {}", fmt::join(names, " and "))), roots_(std::move(roots)) {
    for (const FoundResults& root : roots_) {
      all_.insert(all_.end(), root.folders.begin(), root.folders.end());
      problems_.insert(problems_.end(), root.problems.begin(), root.problems.end());
    }
    build();
  }

  const HtmlPage& page() const { return page_; }
  std::size_t num_folders() const { return all_.size(); }
  std::vector<std::string> problems() const {
    std::vector<std::string> problems = problems_;
    problems.insert(problems.end(), page_.problems().begin(), page_.problems().end());
    return problems;
  }

 private:
  using Show = std::function<void(const ResultFolder&)>;

  void build() {
    add_overview(page_, all_);
    std::ranges::for_each(problems_, [&](const std::string& problem) { page_.paragraph(problem); });
    if (roots_.size() == 2) {
      compare(roots_[0].folders, roots_[1].folders);
    }
    // Of a sweep with many evaluations its table tells.
    const auto is_alone = [&](std::initializer_list<const char*> tasks) {
      return [this, tasks = std::vector<std::string>(tasks.begin(), tasks.end())](const ResultFolder& folder) {
        return std::ranges::find(tasks, folder.task) != tasks.end() && is_shown_alone(folder, all_);
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
  std::vector<FoundResults> roots_;
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
             1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) +
         "\n";
}

} // namespace

ReportResult write_report(const std::vector<fs::path>& roots, const fs::path& page) {
  const std::vector<std::string> names = names_of(roots);
  std::vector<FoundResults> found;
  for (std::size_t i = 0; i < roots.size(); ++i) {
    found.push_back(find_results(roots[i], names[i]));
  }
  const Report report(names, std::move(found));
  const std::string html = report.page().html();
  const std::string tables = tables_text(report.page());
  write_file_atomically(page, html);
  write_file_atomically(tables_of_page(page), tables);
  return {.num_folders = report.num_folders(), .num_bytes = html.size(), .problems = report.problems()};
}

fs::path tables_of_page(const fs::path& page) { return page.parent_path() / (page.stem().string() + "-tables.json"); }

} // namespace radforge
