#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace radforge {

/// What to do about a wrong name: `did you mean "steps"?` if one of the names is near by edit distance, else the names there are.
std::string suggest(std::string_view wrong, const std::vector<std::string>& names);

} // namespace radforge
