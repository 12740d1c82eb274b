#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace radforge {

/// What a check has found in a generated image, as SampleRecord has it.
struct CheckedImage {
  std::vector<float> scores;
  std::vector<std::int8_t> passed; ///< 1 passed, 0 failed, -1 not asked

  bool all_passed() const { return std::ranges::find(passed, 0) == passed.end(); }
};

} // namespace radforge
