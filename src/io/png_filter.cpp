#include "png_filter.hpp"

#include <cstdlib>
#include <cstring>
#include <vector>

namespace radforge {
namespace {

enum Filter : std::uint8_t { none, sub, up, average, paeth };

/// The neighbour (left, above, above left) that is nearest to left + above - above left.
int nearest(int left, int above, int corner) {
  const int by_left = std::abs(above - corner);
  const int by_above = std::abs(left - corner);
  const int by_corner = std::abs(left + above - 2 * corner);
  const int other = by_above <= by_corner ? above : corner;
  return by_left <= by_above && by_left <= by_corner ? left : other;
}

/// row += above, byte by byte, eight at a time: without their highest bits no sum carries into the next byte.
void add(std::uint8_t* row, const std::uint8_t* above, std::size_t size) {
  constexpr std::uint64_t highest = 0x8080808080808080;
  std::size_t i = 0;
  for (; i + sizeof highest <= size; i += sizeof highest) {
    std::uint64_t a = 0;
    std::uint64_t b = 0;
    std::memcpy(&a, row + i, sizeof a);
    std::memcpy(&b, above + i, sizeof b);
    a = ((a & ~highest) + (b & ~highest)) ^ ((a ^ b) & highest);
    std::memcpy(row + i, &a, sizeof a);
  }
  for (; i < size; ++i) {
    row[i] = static_cast<std::uint8_t>(row[i] + above[i]);
  }
}

template <std::size_t step>
bool undo(Filter filter, std::uint8_t* row, const std::uint8_t* above, std::size_t size) {
  switch (filter) {
  case none:
    return true;
  case sub:
    for (std::size_t i = step; i < size; ++i) {
      row[i] = static_cast<std::uint8_t>(row[i] + row[i - step]);
    }
    return true;
  case up:
    add(row, above, size);
    return true;
  case average:
    for (std::size_t i = 0; i < step; ++i) {
      row[i] = static_cast<std::uint8_t>(row[i] + above[i] / 2);
    }
    for (std::size_t i = step; i < size; ++i) {
      row[i] = static_cast<std::uint8_t>(row[i] + (row[i - step] + above[i]) / 2);
    }
    return true;
  case paeth:
    for (std::size_t i = 0; i < step; ++i) {
      row[i] = static_cast<std::uint8_t>(row[i] + above[i]);
    }
    for (std::size_t i = step; i < size; ++i) {
      row[i] = static_cast<std::uint8_t>(row[i] + nearest(row[i - step], above[i], above[i - step]));
    }
    return true;
  }
  return false;
}

template <std::size_t step>
bool undo_all(std::span<std::uint8_t> rows, std::size_t row_bytes) {
  const std::vector<std::uint8_t> black(row_bytes);
  const std::uint8_t* above = black.data();
  for (std::size_t at = 0; at < rows.size(); at += row_bytes + 1) {
    std::uint8_t* row = rows.data() + at + 1;
    if (!undo<step>(static_cast<Filter>(rows[at]), row, above, row_bytes)) {
      return false;
    }
    above = row;
  }
  return true;
}

} // namespace

bool undo_png_filters(std::span<std::uint8_t> rows, std::size_t row_bytes, std::size_t pixel_bytes) {
  switch (pixel_bytes) {
  case 1:
    return undo_all<1>(rows, row_bytes);
  case 2:
    return undo_all<2>(rows, row_bytes);
  case 3:
    return undo_all<3>(rows, row_bytes);
  case 4:
    return undo_all<4>(rows, row_bytes);
  case 6:
    return undo_all<6>(rows, row_bytes);
  case 8:
    return undo_all<8>(rows, row_bytes);
  default:
    return false;
  }
}

} // namespace radforge
