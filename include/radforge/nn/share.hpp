#pragma once

#include <algorithm>
#include <cstdint>

namespace radforge {

/// Elements [first, first + count) of a flat buffer.
struct FlatRange {
  std::int64_t first = 0;
  std::int64_t count = 0;

  std::int64_t end() const { return first + count; }
  bool operator==(const FlatRange&) const = default;
};

/// What both have; count 0 if nothing.
inline FlatRange overlap(const FlatRange& a, const FlatRange& b) {
  const std::int64_t first = std::max(a.first, b.first);
  return {first, std::max<std::int64_t>(std::min(a.end(), b.end()) - first, 0)};
}

/// The part of `total` elements that rank `rank` of `size` answers for: equal parts that begin on a cache line; the last rank's
/// goes on to the end, less than a line a rank more.
inline FlatRange share_of(std::int64_t total, int rank, int size) {
  constexpr std::int64_t alignment = 64;
  const std::int64_t part = total / size / alignment * alignment;
  return {rank * part, rank == size - 1 ? total - rank * part : part};
}

} // namespace radforge
