#pragma once

#include <string>

namespace radforge {

/// The first lines that differ, as "\"theirs\" there, \"ours\" now"; a text that has ended has empty lines.
std::string first_difference(const std::string& theirs, const std::string& ours);

} // namespace radforge
