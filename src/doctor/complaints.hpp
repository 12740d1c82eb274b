#pragma once

#include "radforge/doctor/diagnosis.hpp"

#include <map>
#include <string>
#include <vector>

namespace radforge {

/// "n1, n2 and 5 more": names for a line of text.
std::string listed(const std::vector<std::string>& names);

/// What is wrong with nodes, those with the same fault told of together.
class Complaints {
 public:
  void add(const std::string& node, const std::string& fault) { by_fault_[fault].push_back(node); }
  bool empty() const { return by_fault_.empty(); }

  /// Puts them behind what was found: of `grade`, and if that is bad and `names_culprits`, the nodes' fault.
  void append_to(Finding& finding, Grade grade, bool names_culprits = true) const;

 private:
  std::map<std::string, std::vector<std::string>> by_fault_;
};

} // namespace radforge
