#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace radforge {

/// The name that is the fewest insertions, deletions and exchanges of letters away, case apart; none if that are more than
/// `most_changes`.
std::optional<std::string> nearest_name(std::string_view wrong, const std::vector<std::string>& names, std::size_t most_changes);

/// What to do about a wrong name: `did you mean "steps"?` if one of the names is near by edit distance, else the names there are.
std::string suggest(std::string_view wrong, const std::vector<std::string>& names);

} // namespace radforge
