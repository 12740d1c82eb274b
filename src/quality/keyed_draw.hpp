#pragma once

#include "radforge/core/philox.hpp"

#include <cstdint>
#include <vector>

namespace radforge {

/// `count` of the numbers below `size`, or all, in the order in which they are drawn, without replacement. `key.draw` is left to
/// the draws.
std::vector<std::int64_t> keyed_draw(RandomKey key, std::int64_t size, std::int64_t count);

} // namespace radforge
