#pragma once

#include "radforge/data/manifest.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace radforge {

/// An accepted row whose image turned out to be unusable.
struct ImageFault {
  std::size_t row = 0; ///< position in Manifest::rows
  std::string reason;
};

/// Decodes the images of rows [first, last) and keeps none of them. What is wrong with a file's content is a fault; a file that
/// cannot be read for another reason is an error, since a second try may succeed. `on_row` hears of each row done. Errors:
/// IoError.
std::vector<ImageFault> find_image_faults(const Manifest& manifest, std::size_t first, std::size_t last,
                                          const std::function<void(std::size_t)>& on_row);

/// Faults as text for other ranks, and back.
std::string write_faults(const std::vector<ImageFault>& faults);
std::vector<ImageFault> read_faults(std::string_view text);

/// The manifest with the faulty rows among the rejections (in the order of sites and lines) and ids without holes.
Manifest without_faults(Manifest manifest, const std::vector<ImageFault>& faults, const PrepareConfig& config);

/// The rejected rows as a CSV table: site, line, image, reason.
std::string rejected_csv(const Manifest& manifest);

/// Errors: DataError with the counts by reason if no row is left, or more than this fraction of the rows is rejected.
void require_few_rejections(const Manifest& manifest, double max_fraction);

} // namespace radforge
