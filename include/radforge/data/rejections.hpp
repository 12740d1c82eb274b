#pragma once

#include "radforge/data/manifest.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace radforge {

/// A row whose image turned out to be unusable: it keeps its id, and its shard says "rejected".
struct ImageFault {
  std::size_t row = 0; ///< position in Manifest::rows
  std::string reason;

  bool operator==(const ImageFault&) const = default;
};

/// Faults as text for other ranks, and back.
std::string write_faults(const std::vector<ImageFault>& faults);
std::vector<ImageFault> read_faults(std::string_view text);

/// Throws IoError if an image that another rank did not find is there for this one: then the site's folder is not the same
/// everywhere, and what is rejected would depend on which rank looked.
void require_missing_here_too(const PrepareConfig& config, const Manifest& manifest, const std::vector<ImageFault>& faults);

/// The manifest's rejections and the faults, in the order of sites and lines.
std::vector<Rejection> all_rejections(const PrepareConfig& config, const Manifest& manifest,
                                      const std::vector<ImageFault>& faults);

/// The rejected rows as a CSV table: site, line, image, kind, reason.
std::string rejected_csv(const std::vector<Rejection>& rejections);

/// Errors: DataError with the counts by reason if nothing usable is left of `num_rows` table rows, or more than this fraction of
/// them are faults.
void require_few_faults(const std::vector<Rejection>& rejections, std::size_t num_rows, double max_fraction);

/// Without the details.
std::map<std::string, std::size_t> count_by_reason(const std::vector<Rejection>& rejections, Rejection::Kind kind);

} // namespace radforge
