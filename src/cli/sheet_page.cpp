#include "sheet_page.hpp"

#include "real_images.hpp"

#include "radforge/config/generate_config.hpp"
#include "radforge/config/load.hpp"
#include "radforge/config/pipeline_config.hpp"
#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"
#include "radforge/report/html_page.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace radforge {

namespace {

namespace fs = std::filesystem;
using Subgroup = std::pair<std::string, std::string>; ///< sex and age group

const std::string& or_unknown(const std::string& text) {
  static const std::string unknown = "unknown";
  return text.empty() ? unknown : text;
}

std::map<Subgroup, std::vector<std::int64_t>> by_subgroup(const Dataset& dataset, const std::vector<std::int64_t>& ids) {
  std::map<Subgroup, std::vector<std::int64_t>> groups;
  for (const std::int64_t id : ids) {
    const SampleRecord& record = dataset.record(id);
    groups[{or_unknown(record.sex), or_unknown(record.age_group)}].push_back(id);
  }
  return groups;
}

std::vector<std::int64_t> all_images(const Dataset& dataset) {
  std::vector<std::int64_t> ids;
  for (std::int64_t id = 0; id < dataset.index().num_rows(); ++id) {
    if (dataset.record(id).status == "ok") {
      ids.push_back(id);
    }
  }
  return ids;
}

std::string findings_text(const SampleRecord& record, const std::vector<std::string>& names) {
  std::vector<std::string> present;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (record.findings[i] == 1) {
      present.push_back(names[i]);
    }
  }
  return fmt::format("{}", fmt::join(present, " + "));
}

std::string caption_of(const SampleRecord& record, const DatasetSchema& schema) {
  std::string text = fmt::format("{}: {}", record.id, findings_text(record, schema.findings));
  text += record.age >= 0 ? fmt::format(", {:.0f}", record.age) : "";
  text += record.view.empty() ? "" : ", " + record.view;
  return text + (record.attempt > 0 ? fmt::format(", attempt {}", record.attempt) : "");
}

/// "sex F: 0.21", "age 34: seen as 71".
std::string reason_of(const SampleRecord& record, const std::vector<std::string>& checks) {
  std::vector<std::string> reasons;
  for (std::size_t i = 0; i < checks.size(); ++i) {
    if (record.check_passed[i] == 0) {
      const std::string& planned = checks[i] == "sex" ? record.sex : checks[i] == "race" ? record.race : record.view;
      reasons.push_back(checks[i] == "age" ? fmt::format("age {:.0f} seen as {:.0f}", record.age, record.check_scores[i])
                                           : fmt::format("{} {} has {:.2f}", checks[i], planned, record.check_scores[i]));
    }
  }
  return fmt::format("{}", fmt::join(reasons, "; "));
}

class SheetPage {
 public:
  SheetPage(const Dataset& dataset, const std::optional<Dataset>& real, const SheetPageConfig& config)
      : dataset_(dataset), real_(real), config_(config) {}

  std::string html(const fs::path& folder) {
    HtmlPage page(fmt::format("Images of {}", folder.string()));
    const std::string kind = dataset_.schema().generation ? "synthetic" : "images";
    page.begin_table(real_ ? std::vector<std::string>{"subgroup", "real", kind} : std::vector<std::string>{"subgroup", kind});
    auto groups = by_subgroup(dataset_, all_images(dataset_));
    auto real =
        real_ ? by_subgroup(*real_, real_->select({}, config_.real_split)) : std::map<Subgroup, std::vector<std::int64_t>>();
    for (const auto& [group, ids] : groups) {
      std::vector<std::string> cells{HtmlPage::text(fmt::format("{}, {}: {} images", group.first, group.second, ids.size()))};
      if (real_) {
        cells.push_back(figures(*real_, real[group]));
      }
      cells.push_back(figures(dataset_, ids));
      page.row(cells);
    }
    page.end_table();
    add_failures(page);
    return page.html();
  }

 private:
  /// Evenly over the images.
  std::string figures(const Dataset& dataset, const std::vector<std::int64_t>& ids) const {
    std::string html;
    const std::size_t count = std::min(ids.size(), static_cast<std::size_t>(config_.columns));
    for (std::size_t i = 0; i < count; ++i) {
      html += figure(dataset, ids[i * ids.size() / count], "");
    }
    return html;
  }

  static std::string figure(const Dataset& dataset, std::int64_t id, const std::string& reason) {
    const SampleRecord& record = dataset.record(id);
    const std::string caption = caption_of(record, dataset.schema());
    return HtmlPage::figure(images_of(dataset, {id}).front(), reason.empty() ? caption : caption + "\n" + reason, record.prompt);
  }

  void add_failures(HtmlPage& page) const {
    if (!dataset_.schema().generation) {
      return;
    }
    std::int64_t num_rejected = 0;
    std::string html;
    for (std::int64_t id = 0; id < dataset_.index().num_rows(); ++id) {
      const SampleRecord& record = dataset_.record(id);
      if (record.status != "ok" && num_rejected++ < config_.num_failures) {
        html += figure(dataset_, id, record.sex + ", " + reason_of(record, dataset_.schema().generation->checks));
      }
    }
    page.heading(fmt::format("{} rejected images, each as its last attempt made it", num_rejected));
    page.add(html);
  }

  const Dataset& dataset_;
  const std::optional<Dataset>& real_;
  const SheetPageConfig& config_;
};

/// The real images that the data set's own sheet shows, if it was generated and they are there.
void take_real_of_generation(const fs::path& folder, SheetPageConfig& page) {
  const fs::path path = folder / "config.yaml";
  if (!fs::exists(path) || peek_config(path, {}, "task") != "generation") {
    return;
  }
  GenerateConfig config;
  load_config(path, {}, [&](Schema& schema) { describe(schema, config); });
  if (fs::exists(fs::path(config.sheet.real_dataset) / DatasetIndex::file_name)) {
    page.real_dataset = config.sheet.real_dataset;
    page.real_split = config.sheet.real_split;
  }
}

} // namespace

void write_sheet_page(const CommandLine& line) {
  const fs::path& folder = line.config;
  SheetPageConfig config;
  parse_config("", "command line", line.overrides, [&](Schema& schema) { describe(schema, config); });
  if (config.real_dataset.empty()) {
    take_real_of_generation(folder, config);
  }
  const Dataset dataset(folder);
  require_images(dataset.schema(), folder);
  std::optional<Dataset> real;
  if (!config.real_dataset.empty()) {
    real.emplace(config.real_dataset);
    require_images(real->schema(), config.real_dataset);
  }
  write_file_atomically(folder / "sheet.html", SheetPage(dataset, real, config).html(folder));
  std::printf("\n%s\n", (folder / "sheet.html").c_str());
}

} // namespace radforge
