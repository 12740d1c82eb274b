#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace radforge {

/// What became of a report.
struct ReportResult {
  std::size_t num_folders = 0;
  std::size_t num_bytes = 0;         ///< of the page
  std::vector<std::string> problems; ///< results that could not be shown, and why; on the page as well
};

/// Writes `page`, an HTML file that needs no other, of all results at `roots` and below, and beside it the tables in it as JSON.
/// Two roots are shown side by side where both have results of one task at the same place. Errors: DataError (a root without
/// results), IoError.
ReportResult write_report(const std::vector<std::filesystem::path>& roots, const std::filesystem::path& page);

/// Where the tables of "report.html" are: "report-tables.json", which is the name of no result.
std::filesystem::path tables_of_page(const std::filesystem::path& page);

} // namespace radforge
