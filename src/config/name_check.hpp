#pragma once

#include <string>

namespace radforge {

/// Whether it may stand in a file's name: letters, digits, '_', '-' and '.', no '.' at its beginning.
bool is_name(const std::string& text);

} // namespace radforge
