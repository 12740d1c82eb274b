#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace radforge {

bool is_zip(std::string_view bytes);

/// The first sheet of a workbook (ECMA-376, .xlsx) as CSV text: a line for each of the sheet's rows, blank ones too, with as many
/// fields as the sheet has columns. Numbers are written as the file has them. Errors: DataError (no workbook, damaged, a sheet
/// of more than 64 million cells).
std::string xlsx_to_csv(const std::filesystem::path& path);

} // namespace radforge
