#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace radforge {

/// A number in a table of results: nothing where there is none, else enough digits to be read back as it is.
std::string number_text(double value);

/// A list of a text's lines.
nlohmann::ordered_json lines_of(const std::string& text);

} // namespace radforge
