#pragma once

#include "node.hpp"

#include <string>

namespace radforge {

/// Puts "a.b.c=value" into the tree; the new parts' place is the override. Errors: ConfigError that names the override.
void apply_override(ConfigNode& root, const std::string& text);

} // namespace radforge
