#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace radforge {

/// Undoes the filters of a PNG's rows in place (PNG specification, section 9). A row is the byte of its filter and `row_bytes`
/// bytes; pixels are `pixel_bytes` (1, 2, 3, 4, 6 or 8) apart. False if a filter does not exist.
bool undo_png_filters(std::span<std::uint8_t> rows, std::size_t row_bytes, std::size_t pixel_bytes);

} // namespace radforge
