#include "complaints.hpp"

#include <algorithm>

namespace radforge {

std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t most = 4;
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), most); ++i) {
    text += (text.empty() ? "" : ", ") + names[i];
  }
  return names.size() > most ? text + " and " + std::to_string(names.size() - most) + " more" : text;
}

void Complaints::append_to(Finding& finding, Grade grade, bool names_culprits) const {
  for (const auto& [fault, nodes] : by_fault_) {
    finding.found += (finding.found.empty() ? "" : "; ") + listed(nodes) + ": " + fault;
    finding.grade = std::max(finding.grade, grade);
    if (grade == Grade::bad && names_culprits) {
      finding.nodes.insert(finding.nodes.end(), nodes.begin(), nodes.end());
    }
  }
}

} // namespace radforge
