#pragma once

#include "site_table.hpp"

namespace radforge {

/// PadChest of San Juan, Alicante (Bustos et al. 2020): PADCHEST_chest_x_ray_images_labels_160K_01.02.19.csv, images in the
/// folders that ImageDir names. Age is the study's year less the year of birth.
///
/// Labels: every term that the table's lists of terms have, sorted; present if an image's list has it, absent if not, all
/// unmentioned if there is no list or an empty one (a note counts them). The terms 'exclude' and 'unchanged', which speak of the
/// report and not the image, reject a row by choice, as do the projection EXCLUDE and, if `site.label_method` is "physician",
/// labels by the model. Errors: DataError (no table, broken table, missing column).
SiteTable read_padchest_site(const SiteConfig& site);

} // namespace radforge
