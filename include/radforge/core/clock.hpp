#pragma once

#include <chrono>
#include <string>

namespace radforge {

/// Time since construction on the monotonic clock: durations never come from the wall clock, which may step.
class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }
  void restart() { start_ = std::chrono::steady_clock::now(); }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// The wall clock in UTC, "2026-01-31T23:59:59Z": for provenance, never for a duration or an order.
std::string utc_timestamp();
/// The wall clock in seconds since 1970, likewise.
double seconds_since_1970();

} // namespace radforge
