#include "radforge/core/memory_usage.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"

#include <charconv>
#include <string>
#include <string_view>

namespace radforge {

namespace {

// The kernel's maximum of getrusage outlives exec, and so may be a launcher's; this file speaks of the program alone.
constexpr const char* status_file = "/proc/self/status";

// The bytes of "<key>   123 kB".
std::int64_t bytes_of(std::string_view status, std::string_view key) {
  const std::size_t line = status.find(key);
  const std::size_t digits = line == std::string_view::npos ? line : status.find_first_of("0123456789", line);
  std::int64_t kibibytes = 0;
  if (digits == std::string_view::npos ||
      std::from_chars(status.data() + digits, status.data() + status.size(), kibibytes).ec != std::errc()) {
    throw IoError("{} has no {} (the kernel does not say how much memory is taken). Run on Linux with /proc", status_file, key);
  }
  return kibibytes * 1024;
}

} // namespace

MemoryUsage memory_usage() {
  const std::string status = read_file(status_file);
  return {.resident = bytes_of(status, "\nVmRSS:"), .peak = bytes_of(status, "\nVmHWM:")};
}

} // namespace radforge
