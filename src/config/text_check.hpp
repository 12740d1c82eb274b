#pragma once

#include <string>
#include <string_view>

namespace radforge {

/// Errors: ConfigError with the line, unless `text` is UTF-8 without control characters (tab and line ends apart).
void check_text(std::string_view text, const std::string& name);

} // namespace radforge
