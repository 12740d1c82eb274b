#include "sections.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace radforge {

namespace {

/// "2026-11-27 04:51" of "2026-11-27T04:51:45Z".
Cell minute_cell(const std::string& time) {
  constexpr std::size_t length = 16;
  std::string text = time.substr(0, length);
  std::ranges::replace(text, 'T', ' ');
  return {text, time};
}

Cell digest_cell(const std::string& digest) {
  constexpr std::size_t length = 12;
  return {digest.substr(0, length), digest};
}

Table starts_of(const std::string& name, const std::string& caption, const std::vector<ResultFolder>& folders) {
  Table table{name,
              caption,
              {"folder", "task", "state", "started (UTC)", "ended", "ranks", "starts", "version", "revision", "configuration"}};
  for (const ResultFolder& folder : folders) {
    if (folder.starts.empty()) {
      table.rows.push_back({folder.name, folder.task, folder.task == "sweep" ? "" : "unknown", "", "", "", "", "", "", ""});
      continue;
    }
    const RunStart& last = folder.starts.back();
    table.rows.push_back({folder.name, folder.task, last.outcome, minute_cell(last.started), minute_cell(last.ended),
                          std::to_string(last.num_ranks), std::to_string(folder.starts.size()), last.version,
                          digest_cell(last.revision), digest_cell(last.config_digest)});
  }
  return table;
}

std::string configurations_of(const std::vector<ResultFolder>& folders) {
  std::string html;
  for (const ResultFolder& folder : folders) {
    if (!folder.config.empty()) {
      const std::string command = folder.starts.empty() ? folder.task : folder.starts.back().command;
      html += fmt::format("<details><summary>{}: {}</summary>\n<pre>{}</pre></details>\n", HtmlPage::text(folder.name),
                          HtmlPage::text(command), HtmlPage::text(folder.config));
    }
  }
  return html;
}

} // namespace

void add_overview(HtmlPage& page, const std::vector<ResultFolder>& folders) {
  page.section("What was run");
  std::vector<ResultFolder> alone;
  std::vector<ResultFolder> of_sweeps;
  for (const ResultFolder& folder : folders) {
    (is_of_sweep(folder, folders) ? of_sweeps : alone).push_back(folder);
  }
  page.add(starts_of("runs", "Folders of results, each with its last start", alone));
  page.folded("Their configurations", configurations_of(alone));
  if (!of_sweeps.empty()) {
    page.folded("Runs of the sweeps", starts_of("runs-of-sweeps", "Runs of the sweeps, each with its last start", of_sweeps));
    page.folded("Configurations of the runs of the sweeps", configurations_of(of_sweeps));
  }
}

} // namespace radforge
