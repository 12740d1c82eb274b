#pragma once

#include <string>

namespace radforge {

/// Whether it may stand in a file's name: letters, digits, '_', '-' and '.', at most 100, neither '.' nor '-' at the
/// beginning.
bool is_name(const std::string& text);

} // namespace radforge
