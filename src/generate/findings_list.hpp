#pragma once

#include <string>
#include <vector>

namespace radforge {

/// The names in "Edema + Effusion", sorted. Errors: ConfigError (an empty name, one twice, No_Finding beside another).
std::vector<std::string> findings_list(const std::string& text);

} // namespace radforge
