#include "keyed_draw.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace radforge {

std::vector<std::int64_t> keyed_draw(RandomKey key, std::int64_t size, std::int64_t count) {
  std::vector<std::int64_t> numbers(static_cast<std::size_t>(size));
  std::iota(numbers.begin(), numbers.end(), std::int64_t{0});
  count = std::min(count, size);
  for (std::int64_t i = 0; i < count; ++i) { // Fisher and Yates, as far as is needed
    key.draw = static_cast<std::uint32_t>(i);
    const std::int64_t chosen = i + uniform_below(key, static_cast<std::uint32_t>(size - i));
    std::swap(numbers[static_cast<std::size_t>(i)], numbers[static_cast<std::size_t>(chosen)]);
  }
  numbers.resize(static_cast<std::size_t>(count));
  return numbers;
}

} // namespace radforge
