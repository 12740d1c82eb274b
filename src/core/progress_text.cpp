#include "progress_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace radforge {

std::string duration_text(double seconds) {
  const auto total = static_cast<std::int64_t>(std::llround(std::clamp(seconds, 0.0, 1e12)));
  constexpr std::int64_t minute = 60;
  constexpr std::int64_t hour = 60 * minute;
  constexpr std::int64_t day = 24 * hour;
  if (total >= day) {
    return fmt::format("{} d {:02} h", total / day, total % day / hour);
  }
  if (total >= hour) {
    return fmt::format("{} h {:02} min", total / hour, total % hour / minute);
  }
  if (total >= minute) {
    return fmt::format("{} min {:02} s", total / minute, total % minute);
  }
  return fmt::format("{} s", total);
}

std::string rate_text(double rate) { return rate < 100 ? fmt::format("{:#.3g}", rate) : fmt::format("{:.0f}", rate); }

std::string bar_text(double fraction, int width) {
  const int filled = static_cast<int>(std::clamp(fraction, 0.0, 1.0) * width);
  return fmt::format("[{}{}]", std::string(filled, '#'), std::string(width - filled, '-'));
}

} // namespace radforge
