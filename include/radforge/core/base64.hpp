#pragma once

#include <string>
#include <string_view>

namespace radforge {

/// Bytes as text of 64 letters (RFC 4648, section 4, with padding), as a page holds an image.
std::string base64(std::string_view bytes);

} // namespace radforge
