#pragma once

#include <optional>
#include <string>

namespace radforge {

/// "0-17", "18-39", "40-59", "60-79", "80+"; empty for an unknown age (-1).
std::string age_group_of(float age);

bool is_age_group(const std::string& text);

/// Years from a table's text, 0 to 120. Empty if it is no such number.
std::optional<float> parse_age(const std::string& text);

} // namespace radforge
