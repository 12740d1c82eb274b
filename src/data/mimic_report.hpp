#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace radforge {

/// What a report file says in short.
struct ReportText {
  static constexpr std::size_t max_bytes = 2000; ///< longer text is cut off before the word that would pass it

  std::string text; ///< one line, single spaces; empty if the report has neither section
  bool truncated = false;
};

/// The impression of a radiology report in the form of MIMIC-CXR, or else its findings. A section begins with a line's first
/// words and a colon, in capitals ("FINDINGS AND IMPRESSION:"), or a known name in any letters ("Impression:"); it ends at the
/// next one, at a line of underscores, or at the title of a further part ("FINAL REPORT"). Where there are several, the last one
/// that is not empty holds: an addendum's comes before the report's own. "___", which stands for names and dates, is kept.
ReportText read_report(std::string_view report);

} // namespace radforge
