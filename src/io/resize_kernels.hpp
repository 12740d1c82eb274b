#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace radforge {

/// 8 bits of pixel and 2 of overshoot leave 22 bits of a 32-bit sum to the weights.
constexpr int resize_weight_bits = 22;

/// For each target pixel the source pixels that make it, one after the other, and their weights in fixed point.
struct ResizeWindows {
  struct Window {
    std::size_t first_pixel = 0;
    std::size_t first_weight = 0;
    std::size_t size = 0;
  };
  std::vector<Window> windows;
  std::vector<std::int32_t> weights;
};

/// Row i of `out` is the weighted sum of the rows that window i names, rounded; rows have `row_bytes` bytes. Highway's dynamic
/// dispatch; every instruction set gives the same bytes.
void blend_rows(const std::uint8_t* rows, std::size_t row_bytes, const ResizeWindows& windows, std::uint8_t* out);

/// The matrix of bytes `out`, num_columns x num_rows, becomes the transpose of `matrix`, num_rows x num_columns.
void transpose(const std::uint8_t* matrix, std::size_t num_rows, std::size_t num_columns, std::uint8_t* out);

} // namespace radforge
