#pragma once

#include <string>

namespace radforge {

/// Whether it may stand in a file's name: letters, digits, '_', '-' and '.', at most 100, neither '.' nor '-' at the
/// beginning.
bool is_name(const std::string& text);

/// What is said of a `name` that is none.
inline constexpr const char* name_problem =
    "name is missing or no name (it becomes part of a path) use letters, digits, '_', '-' and "
    "'.', neither of the last two first";

} // namespace radforge
