#include "radforge/data/manifest.hpp"

#include "radforge/core/error.hpp"
#include "radforge/data/prompt.hpp"

#include "label_space.hpp"
#include "site_table.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace radforge {
namespace {

bool wanted(const SiteConfig& site, const std::string& view) {
  return site.views.empty() || std::find(site.views.begin(), site.views.end(), view) != site.views.end();
}

/// Turns what one site says into rows of the data set; ids and splits are given later.
class SiteRows {
 public:
  SiteRows(const PrepareConfig& config, std::size_t site, Manifest& manifest)
      : config_(config), site_(site), manifest_(manifest) {}

  void add(SiteTable table, const FindingMapper& mapper) {
    rejections_ = std::move(table.rejections);
    for (auto& [what, count] : table.notes) {
      manifest_.notes[site().name + ": " + what] += count;
    }
    manifest_.rows.reserve(manifest_.rows.size() + table.rows.size());
    for (SiteRow& row : table.rows) {
      if (wanted(site(), row.view)) {
        add_row(std::move(row), mapper);
      } else {
        rejections_.push_back({site().name, row.line, row.image, "view not wanted: " + row.view, Rejection::Kind::choice});
      }
    }
    std::stable_sort(rejections_.begin(), rejections_.end(),
                     [](const Rejection& a, const Rejection& b) { return a.line < b.line; });
    std::move(rejections_.begin(), rejections_.end(), std::back_inserter(manifest_.rejections));
  }

 private:
  const SiteConfig& site() const { return config_.sites[site_]; }

  void add_row(SiteRow row, const FindingMapper& mapper) {
    ManifestRow out;
    out.site = site_;
    out.line = row.line;
    SampleRecord& record = out.record;
    record.source = site().name + "/" + row.image;
    record.patient = (site().patient_namespace.empty() ? site().name : site().patient_namespace) + "/" + row.patient;
    record.split = config_.split.source == "provider" ? std::move(row.split) : std::string();
    record.sex = std::move(row.sex);
    record.age = row.age;
    record.age_group = std::move(row.age_group);
    record.race = std::move(row.race);
    record.view = std::move(row.view);
    record.findings = mapper.map(row.labels);
    RenderedPrompt prompt = render_prompt(config_.prompt, record, row.report, config_.findings);
    if (prompt.cut) {
      ++manifest_.notes[site().name + ": prompt cut to its column"];
    }
    record.prompt = std::move(prompt.text);
    if (std::string problem = text_problem(record); !problem.empty()) {
      rejections_.push_back({site().name, row.line, row.image, "unfit text: " + problem, Rejection::Kind::fault});
      return;
    }
    manifest_.rows.push_back(std::move(out));
  }

  const PrepareConfig& config_;
  const std::size_t site_;
  Manifest& manifest_;
  std::vector<Rejection> rejections_; ///< of this site
};

} // namespace

std::string image_of(const ManifestRow& row) { return row.record.source.substr(row.record.source.find('/') + 1); }

std::filesystem::path image_path(const PrepareConfig& config, const ManifestRow& row) {
  return std::filesystem::path(config.sites[row.site].root) / image_of(row);
}

Manifest read_manifest(const PrepareConfig& config) {
  render_prompt(config.prompt, SampleRecord{}, "", config.findings); // a wrong template is found before hours of reading
  const LabelSpace labels(config.labels, config.findings);
  Manifest manifest;
  std::set<std::string> known_findings;
  for (std::size_t i = 0; i < config.sites.size(); ++i) {
    const SiteConfig& site = config.sites[i];
    SiteTable table = read_site(site);
    const FindingMapper mapper = labels.for_site(site.adapter, table.labels);
    for (std::string& finding : mapper.known_findings()) {
      known_findings.insert(std::move(finding));
    }
    SiteRows(config, i, manifest).add(std::move(table), mapper);
  }
  for (const std::string& finding : config.findings) {
    if (known_findings.count(finding) == 0) {
      std::string notes;
      for (const auto& [what, count] : manifest.notes) {
        notes += what.find(": column ") != std::string::npos ? "; " + what : "";
      }
      throw ConfigError("the finding {} is known to no site (it would be unknown everywhere{}) correct or remove it", finding,
                        notes);
    }
  }
  for (std::size_t i = 0; i < manifest.rows.size(); ++i) {
    SampleRecord& record = manifest.rows[i].record;
    record.id = static_cast<std::int64_t>(i);
    if (record.split.empty()) {
      record.split = split_of(record.patient, config.split, static_cast<std::uint64_t>(config.seed));
    }
  }
  require_disjoint_patients(manifest.rows);
  return manifest;
}

} // namespace radforge
