#include "radforge/data/manifest.hpp"

#include "radforge/core/error.hpp"
#include "radforge/data/prompt.hpp"

#include "table_adapter.hpp"

#include <iterator>
#include <set>

namespace radforge {

std::map<std::string, std::size_t> Manifest::rejections_by_reason() const {
  std::map<std::string, std::size_t> counts;
  for (const Rejection& rejection : rejections) {
    ++counts[rejection.reason.substr(0, rejection.reason.find(": "))];
  }
  return counts;
}

Manifest read_manifest(const PrepareConfig& config) {
  render_prompt(config.prompt, SampleRecord{}, config.findings); // a wrong template is found before hours of reading
  Manifest manifest;
  std::set<std::string> known_findings;
  for (const SiteConfig& site : config.sites) {
    require(site.adapter == "table", "a known adapter");
    SiteTable table = read_site_table(site, config.findings);
    std::move(table.manifest.rows.begin(), table.manifest.rows.end(), std::back_inserter(manifest.rows));
    std::move(table.manifest.rejections.begin(), table.manifest.rejections.end(), std::back_inserter(manifest.rejections));
    known_findings.insert(table.findings.begin(), table.findings.end());
  }
  for (const std::string& finding : config.findings) {
    if (known_findings.count(finding) == 0) {
      throw ConfigError("the finding {} is a column of no site's table (it would be unknown everywhere) correct or remove it",
                        finding);
    }
  }
  for (std::size_t i = 0; i < manifest.rows.size(); ++i) {
    SampleRecord& record = manifest.rows[i].record;
    record.id = static_cast<std::int64_t>(i);
    record.split = split_of(record.patient, config.split, static_cast<std::uint64_t>(config.seed));
    record.prompt = render_prompt(config.prompt, record, config.findings);
  }
  require_disjoint_patients(manifest.rows);
  return manifest;
}

} // namespace radforge
