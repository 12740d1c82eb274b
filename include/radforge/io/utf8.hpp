#pragma once

#include <cstddef>
#include <string_view>

namespace radforge {

/// Offset of the first byte that is not part of well-formed UTF-8 (Unicode 15, table 3-7: no overlong forms, no surrogates), or
/// npos.
std::size_t find_invalid_utf8(std::string_view text);

} // namespace radforge
