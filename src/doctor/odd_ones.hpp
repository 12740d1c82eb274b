#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace radforge {

/// The indices whose value is another one than most have. Where two values are equally frequent, the first element's is right.
template <class Value>
std::vector<std::size_t> odd_ones(const std::vector<Value>& values) {
  std::map<Value, std::size_t> counts;
  for (const Value& value : values) {
    ++counts[value];
  }
  Value usual = values.front();
  for (const auto& [value, count] : counts) {
    if (count > counts[usual]) {
      usual = value;
    }
  }
  std::vector<std::size_t> odd;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] != usual) {
      odd.push_back(i);
    }
  }
  return odd;
}

/// "n1, n2 and 5 more": names for a line of text.
inline std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t most = 4;
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), most); ++i) {
    text += (text.empty() ? "" : ", ") + names[i];
  }
  return names.size() > most ? text + " and " + std::to_string(names.size() - most) + " more" : text;
}

} // namespace radforge
