#pragma once

#include "node.hpp"

#include <string>

namespace radforge {

/// Parses one YAML document into a tree; places carry `name`. An empty document is null. Errors: ConfigError with the place, for
/// text that is not UTF-8 or not YAML, for anchors, aliases, tags, keys that are not scalars, nesting beyond 16 levels, and a
/// second document.
ConfigNode parse_yaml(const std::string& text, const std::string& name);

} // namespace radforge
