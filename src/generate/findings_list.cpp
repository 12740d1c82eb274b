#include "findings_list.hpp"

#include "radforge/core/error.hpp"

#include <algorithm>
#include <sstream>

namespace radforge {

std::vector<std::string> findings_list(const std::string& text) {
  std::vector<std::string> names;
  std::istringstream parts(text + "+");
  for (std::string part; std::getline(parts, part, '+');) {
    const std::size_t first = part.find_first_not_of(' ');
    names.push_back(first == std::string::npos ? "" : part.substr(first, part.find_last_not_of(' ') - first + 1));
  }
  std::ranges::sort(names);
  const bool contradicts = names.size() > 1 && std::ranges::find(names, "No_Finding") != names.end();
  if (names.front().empty() || contradicts || std::ranges::adjacent_find(names) != names.end()) {
    throw ConfigError("'{}' is no list of findings ({}) write it as Edema or Edema + Effusion", text,
                      contradicts ? "No_Finding stands alone" : "a name is empty, or there twice");
  }
  return names;
}

} // namespace radforge
