#pragma once

#include "site_table.hpp"

namespace radforge {

/// ChestX-ray14 of the NIH Clinical Center (Wang et al. 2017): Data_Entry_2017_v2020.csv, or else Data_Entry_2017.csv, whose ages
/// are wrong in places (414 years: unknown here); train_val_list.txt and test_list.txt if they are there; the images in images/
/// or as the archives unpack, in images_001/images to images_012/images.
///
/// Labels: the 14 findings and No Finding, present if named between the bars, absent if not; a name that is none of them rejects
/// the row. A patient's number has the eight digits of the image names. Errors: DataError (no table, broken table, missing
/// column).
SiteTable read_nih_site(const SiteConfig& site);

} // namespace radforge
