#pragma once

#include "radforge/data/manifest.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace radforge {

/// What a provider says of one finding in one image.
enum class LabelState : std::int8_t { absent, present, uncertain, unmentioned };

/// One image as its provider describes it. Unknown text is empty.
struct SiteRow {
  std::size_t line = 0; ///< of the table that lists the images
  std::string image;    ///< path below the site's root, in its shortest form
  std::string patient;  ///< the provider's number
  std::string sex;      ///< "M", "F"
  float age = -1;       ///< years
  std::string age_group;
  std::string race;
  std::string view;               ///< "PA", "AP", "LATERAL" ...
  std::string split;              ///< the provider's own: "train", "validation", "test"
  std::string report;             ///< free text: the impression, or else the findings section; one line, single spaces
  std::vector<LabelState> labels; ///< one each of SiteTable::labels; none if nobody labelled the image
};

/// A site's tables, read as they are: every row of the table that lists the images is either in `rows` or in `rejections`.
struct SiteTable {
  std::vector<std::string> labels; ///< names as the provider writes them
  std::vector<SiteRow> rows;
  std::vector<Rejection> rejections;
  std::map<std::string, std::size_t> notes; ///< what people should know -> number of rows: "report missing", "sex unknown" ...
};

/// Reads the tables that `site.adapter` names; opens no image, except for the tags of DICOM files. Errors: ConfigError (no such
/// folder), DataError (broken table, missing column).
SiteTable read_site(const SiteConfig& site);

} // namespace radforge
