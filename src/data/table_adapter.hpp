#pragma once

#include "radforge/data/manifest.hpp"

#include <string>
#include <vector>

namespace radforge {

/// One site's rows, and which of the wanted findings its table has a column for.
struct SiteTable {
  Manifest manifest; ///< ids, splits and prompts still open
  std::vector<std::string> findings;
};

/// The adapter "table": one row an image, with the columns image and patient_id and, where known, sex, age, age_group, race, view
/// and the findings (1, 0, -1 or empty). Errors: ConfigError (no such folder), DataError (broken table, missing column).
SiteTable read_site_table(const SiteConfig& site, const std::vector<std::string>& findings);

} // namespace radforge
