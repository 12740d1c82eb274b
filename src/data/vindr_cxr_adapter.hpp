#pragma once

#include "site_table.hpp"

namespace radforge {

/// VinDr-CXR of two hospitals in Hanoi (Nguyen et al. 2022): annotations/image_labels_train.csv, a row each of the three readers
/// of an image, and image_labels_test.csv, their consensus, if it is there; images train/*.dicom and test/*.dicom. A row's line
/// is its image's first.
///
/// A label is present if more than half of the image's readers (`site.readers`: "any": one of them) say so, uncertain if just
/// half of them do, unmentioned if no reader says anything. "Other disease" is taken for "Other diseases". Sex, age and view are
/// DICOM tags; a file whose tags cannot be read stays, without them. Patients are not published: each image is one's. Errors:
/// DataError (no table, broken table, missing column).
SiteTable read_vindr_cxr_site(const SiteConfig& site);

} // namespace radforge
