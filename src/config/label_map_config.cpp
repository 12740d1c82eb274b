#include "radforge/config/label_map_config.hpp"

#include "radforge/config/load.hpp"
#include "radforge/config/schema.hpp"
#include "radforge/core/error.hpp"

#include "radforge/core/nearest.hpp"

#include <algorithm>
#include <set>

namespace radforge {
namespace {

bool differ(const std::vector<std::string>& names) {
  return std::set<std::string>(names.begin(), names.end()).size() == names.size();
}

bool any_empty(const std::vector<std::string>& names) { return std::find(names.begin(), names.end(), "") != names.end(); }

std::vector<std::string> names_of(const LabelMapConfig& map) {
  std::vector<std::string> names;
  std::transform(map.findings.begin(), map.findings.end(), std::back_inserter(names),
                 [](const FindingLabels& finding) { return finding.name; });
  return names;
}

} // namespace

void describe(Schema& schema, FindingLabels& config) {
  schema.field("name", config.name, "name of the finding, with underscores for spaces");
  schema.field("chexpert", config.chexpert, "labels that mean it in CheXpert and MIMIC-CXR");
  schema.field("nih", config.nih, "labels that mean it in NIH ChestX-ray14");
  schema.field("padchest", config.padchest, "terms that mean it in PadChest");
  schema.field("vindr-cxr", config.vindr_cxr, "labels that mean it in VinDr-CXR");
  schema.check(!config.name.empty(), "name is missing (recipes name findings) give the finding a name");
  for (const auto* labels : {&config.chexpert, &config.nih, &config.padchest, &config.vindr_cxr}) {
    schema.check(differ(*labels), "a list names a label twice (each is an exact name) remove one, or correct its spelling");
    schema.check(!any_empty(*labels), "a list has an empty label (no provider has such a one) remove it");
  }
}

void describe(Schema& schema, LabelMapConfig& config) {
  schema.list("findings", config.findings, "the findings that recipes may name");
  schema.check(!config.findings.empty(), "findings is empty (recipes pick theirs from this list) list at least one");
  schema.check(differ(names_of(config)), "two findings have the same name (recipes name them by it) rename one");
}

LabelMapConfig load_label_map(const std::filesystem::path& path) {
  LabelMapConfig map;
  load_config(path, {}, [&map](Schema& schema) { describe(schema, map); });
  return map;
}

const FindingLabels* find_finding(const LabelMapConfig& map, const std::string& name) {
  const auto found = std::find_if(map.findings.begin(), map.findings.end(),
                                  [&name](const FindingLabels& finding) { return finding.name == name; });
  return found == map.findings.end() ? nullptr : &*found;
}

const FindingLabels& get_finding(const LabelMapConfig& map, const std::string& name, const std::filesystem::path& path) {
  const FindingLabels* finding = find_finding(map, name);
  if (finding == nullptr) {
    throw ConfigError("findings: no \"{}\" in the label map {} (a recipe's findings are names of its map) {}", name,
                      path.string(), suggest(name, names_of(map)));
  }
  return *finding;
}

} // namespace radforge
