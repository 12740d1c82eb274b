#pragma once

#include "site_table.hpp"

namespace radforge {

/// The adapter "table": one row an image, with the columns image and patient_id and, where known, sex, age, age_group, race,
/// view, split and report. Every other column whose cells are all 1, 0, -1 (also 1.0 ...) or empty is a label: present, absent,
/// uncertain, unmentioned. A column where most cells are that, but not all, is not: a note names it and its first other cell.
/// Errors: DataError (broken table, missing column).
SiteTable read_table_site(const SiteConfig& site);

} // namespace radforge
