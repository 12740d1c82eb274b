#pragma once

#include <cstdint>
#include <functional>

namespace radforge {

/// Calls `work(begin, end)` on ranges that make up [0, count), one for each of ATen's threads at most. What an item gives must
/// not depend on the range it comes in, so that results are the same for any number of threads.
void parallel_ranges(std::int64_t count, const std::function<void(std::int64_t begin, std::int64_t end)>& work);

} // namespace radforge
