#pragma once

#include "command.hpp"

namespace radforge {

/// Writes `sheet.html` into the data set's folder, one file for a browser: a row a subgroup of sex and age, its images beside
/// real ones where there are any, and below what was rejected, with the reason. Errors: ConfigError, DataError, IoError.
void write_sheet_page(const CommandLine& line);

} // namespace radforge
