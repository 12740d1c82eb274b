#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace radforge {

/// Which of some values are unlike the most frequent one (the first of those that are equally frequent).
struct OddOnes {
  std::size_t usual = 0;            ///< index of a value that is as most are
  std::vector<std::size_t> indices; ///< of the others
  bool is_decided = true;           ///< more than half are alike: else nobody can say which are right
};

template <class Value>
OddOnes odd_ones(const std::vector<Value>& values) {
  std::map<Value, std::size_t> counts;
  for (const Value& value : values) {
    ++counts[value];
  }
  OddOnes odd;
  for (std::size_t i = 1; i < values.size(); ++i) {
    if (counts[values[i]] > counts[values[odd.usual]]) {
      odd.usual = i;
    }
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] != values[odd.usual]) {
      odd.indices.push_back(i);
    }
  }
  odd.is_decided = 2 * odd.indices.size() < values.size();
  return odd;
}

} // namespace radforge
