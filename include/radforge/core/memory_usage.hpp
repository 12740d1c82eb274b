#pragma once

#include <cstdint>

namespace radforge {

/// Memory of this process that lies in RAM, in bytes, mapped files included.
struct MemoryUsage {
  std::int64_t resident = 0; ///< now
  std::int64_t peak = 0;     ///< the most since the program started
};

/// Errors: IoError (/proc is not mounted).
MemoryUsage memory_usage();

} // namespace radforge
