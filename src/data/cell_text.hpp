#pragma once

#include "site_table.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace radforge {

/// Why a row of a table is rejected: thrown while the row is read, caught by RowCollector.
struct BadRow {
  std::string reason;
  Rejection::Kind kind = Rejection::Kind::fault;
};

std::string to_upper(std::string_view text);

/// Without white space at its ends.
std::string_view trim(std::string_view text);

/// White space, line breaks too, as single spaces, none at the ends; bytes that are not UTF-8 count as white space.
std::string on_one_line(std::string_view text);

/// A whole number without sign.
std::optional<std::uint64_t> parse_number(std::string_view text);

/// "M" or "F" from these letters or "Male", "Female"; empty for "", "Unknown", "O", "U", "None", "nan". Errors: BadRow.
std::string read_sex(std::string_view text);

/// A DICOM view position; LL and RL, the lateral views from either side, are "LATERAL".
std::string read_view(std::string_view text);

/// 1, 0, -1 or nothing, as "1" or "1.0". Empty for another text.
std::optional<LabelState> parse_label(std::string_view text);

/// Errors: BadRow naming the column.
LabelState read_label(std::string_view text, const std::string& column);

/// "train", "validation", "test" from the names in use for them ("valid", "validate", "val"). Errors: BadRow.
std::string read_split(std::string_view text);

/// "WHITE", "BLACK", "ASIAN", "HISPANIC" by the text's beginning, "OTHER" for another text; empty if the patient was not asked,
/// did not answer, or the text is empty.
std::string race_of(std::string_view text);

/// The path below a site's folder in its shortest form. Errors: BadRow (empty, or outside the folder).
std::string read_image_path(const std::string& text);

} // namespace radforge
