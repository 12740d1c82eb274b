#include "site_table.hpp"

#include "radforge/core/error.hpp"

#include "chexpert_adapter.hpp"
#include "mimic_cxr_adapter.hpp"
#include "nih_adapter.hpp"
#include "padchest_adapter.hpp"
#include "table_adapter.hpp"
#include "vindr_cxr_adapter.hpp"

#include <filesystem>
#include <map>

namespace radforge {

SiteTable read_site(const SiteConfig& site) {
  using Adapter = SiteTable (*)(const SiteConfig&);
  static const std::map<std::string_view, Adapter> adapters{
      {"table", read_table_site}, {"mimic-cxr", read_mimic_cxr_site}, {"chexpert", read_chexpert_site},
      {"nih", read_nih_site},     {"padchest", read_padchest_site},   {"vindr-cxr", read_vindr_cxr_site},
  };
  const auto adapter = adapters.find(site.adapter);
  require(adapter != adapters.end(), "a known adapter");
  std::error_code error;
  if (!std::filesystem::is_directory(site.root, error)) {
    throw ConfigError("site {}: no folder \"{}\" (sites.root; relative paths start at {}) correct the path", site.name, site.root,
                      std::filesystem::current_path().string());
  }
  return adapter->second(site);
}

} // namespace radforge
