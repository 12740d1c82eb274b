#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace radforge {

/// "0-17", "18-39", "40-59", "60-79", "80+"; empty for an unknown age (-1).
std::string age_group_of(float age);

bool is_age_group(const std::string& text);

/// Years from a table's text, 0 to 120. Empty if it is no such number.
std::optional<float> parse_age(const std::string& text);

/// Years from "057Y", "011M", "003W", "020D" (DICOM, value representation AS). Empty if it is no such text.
std::optional<float> parse_dicom_age(std::string_view text);

/// Whether a person can be so old; tables hold slips such as 414.
bool is_plausible_age(double age);

/// The year of "20110415", "2011", "2011.0".
std::optional<int> parse_year(std::string_view text);

} // namespace radforge
