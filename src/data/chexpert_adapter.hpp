#pragma once

#include "site_table.hpp"

namespace radforge {

/// CheXpert of Stanford (Irvin et al. 2019): train.csv and, if they are there, valid.csv and test.csv, whose paths begin with the
/// root's usual name (CheXpert-v1.0, CheXpert-v1.0-small), which is taken off. The provider's split is the table that a row is
/// in, and a row's line a line of that table.
///
/// Sex and age are the tables' (age 0 means unknown); race comes from `site.demographics`, the table CHEXPERT DEMO as .xlsx or
/// CSV, joined by the patients' number: by the beginning of PRIMARY_RACE, and HISPANIC by ETHNICITY, whatever the race. Labels:
/// the columns after AP/PA. Errors: ConfigError (no demographics where they are said to be), DataError (broken table, missing
/// column).
SiteTable read_chexpert_site(const SiteConfig& site);

} // namespace radforge
