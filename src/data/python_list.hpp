#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace radforge {

/// The strings of a list as Python writes one, "['pacemaker', \"crow's nest\", 'a, b']", with nan and None left out. Empty if the
/// text is no such list.
std::optional<std::vector<std::string>> parse_python_list(std::string_view text);

} // namespace radforge
