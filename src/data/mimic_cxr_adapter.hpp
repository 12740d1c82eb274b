#pragma once

#include "site_table.hpp"

namespace radforge {

/// MIMIC-CXR-JPG of Beth Israel Deaconess Medical Center (Johnson et al. 2019): mimic-cxr-2.0.0-metadata.csv lists the images,
/// files/p10/p10000032/s50414267/<dicom_id>.jpg; -chexpert.csv or -negbio.csv (`site.labeler`) has labels, one row a study, and
/// -split.csv the provider's split.
///
/// `site.demographics`: folder of MIMIC-IV's patients.csv (sex, age at the study: anchor_age + year of the study - anchor_year, 0
/// unknown) and admissions.csv (race). `site.reports`: folder of the reports, files/p10/p10000032/s50414267.txt, of which the
/// impression is taken, or else the findings. Both may be empty. Errors: ConfigError (no such folder), DataError (no table,
/// broken table, missing column).
SiteTable read_mimic_cxr_site(const SiteConfig& site);

} // namespace radforge
