#include "parallel_ranges.hpp"

#include <ATen/Parallel.h>

namespace radforge {

// ATen's loop is a template, which has threads only where the file that instantiates it is compiled with OpenMP: this one is.
void parallel_ranges(std::int64_t count, const std::function<void(std::int64_t, std::int64_t)>& work) {
  at::parallel_for(0, count, 1, [&](std::int64_t begin, std::int64_t end) { work(begin, end); });
}

} // namespace radforge
