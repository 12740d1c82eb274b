#pragma once

#include <algorithm>
#include <cctype>
#include <string>

namespace radforge {

/// A finding's name as people write it: "No_Finding" and "No Finding" -> "no finding".
inline std::string in_words(std::string finding) {
  std::transform(finding.begin(), finding.end(), finding.begin(),
                 [](unsigned char c) { return c == '_' ? ' ' : static_cast<char>(std::tolower(c)); });
  return finding;
}

} // namespace radforge
