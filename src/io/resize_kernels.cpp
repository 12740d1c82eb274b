#include "resize_kernels.hpp"

#include <algorithm>
#include <iterator>

// What is left: AVX2, AVX-512 and the portable baseline on x86, NEON on Arm.
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "io/resize_kernels.cpp"
#include <hwy/foreach_target.h>
// Highway wants to be included after foreach_target.h.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace radforge::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using Sums = hn::ScalableTag<std::int32_t>;
using Pixels = hn::Rebind<std::uint8_t, Sums>;

/// `num_vectors` vectors of one target row, from the source rows below each other at `source`.
template <int num_vectors>
HWY_INLINE void blend_part(const std::uint8_t* source, std::size_t row_bytes, std::span<const std::int32_t> weights,
                           std::uint8_t* out) {
  const Sums sums;
  const Pixels pixels;
  const std::size_t lanes = hn::Lanes(sums);
  const auto half = hn::Set(sums, 1 << (resize_weight_bits - 1));
  hn::Vec<Sums> sum[num_vectors];
  for (auto& s : sum) {
    s = half;
  }
  for (const std::int32_t weight : weights) {
    const auto w = hn::Set(sums, weight);
    for (int i = 0; i < num_vectors; ++i) {
      const auto pixel = hn::PromoteTo(sums, hn::LoadU(pixels, source + static_cast<std::size_t>(i) * lanes));
      sum[i] = hn::Add(sum[i], hn::Mul(pixel, w));
    }
    source += row_bytes;
  }
  for (int i = 0; i < num_vectors; ++i) {
    hn::StoreU(hn::DemoteTo(pixels, hn::ShiftRight<resize_weight_bits>(sum[i])), pixels,
               out + static_cast<std::size_t>(i) * lanes);
  }
}

HWY_INLINE void blend_byte(const std::uint8_t* source, std::size_t row_bytes, std::span<const std::int32_t> weights,
                           std::uint8_t* out) {
  std::int32_t sum = 1 << (resize_weight_bits - 1);
  for (const std::int32_t weight : weights) {
    sum += weight * *source;
    source += row_bytes;
  }
  *out = static_cast<std::uint8_t>(std::clamp(sum >> resize_weight_bits, 0, 255));
}

void blend_row(const std::uint8_t* source, std::size_t row_bytes, std::span<const std::int32_t> weights, std::uint8_t* out) {
  const std::size_t lanes = hn::Lanes(Sums());
  std::size_t at = 0;
  for (; at + 4 * lanes <= row_bytes; at += 4 * lanes) {
    blend_part<4>(source + at, row_bytes, weights, out + at);
  }
  for (; at + lanes <= row_bytes; at += lanes) {
    blend_part<1>(source + at, row_bytes, weights, out + at);
  }
  for (; at < row_bytes; ++at) {
    blend_byte(source + at, row_bytes, weights, out + at);
  }
}

#if HWY_TARGET != HWY_SCALAR

/// A block of 16 x 16 bytes: four times, the rows of the upper half are interleaved with those of the lower half. Each time moves
/// the address of a byte, four bits of row and four of column, around by one bit.
HWY_INLINE void transpose_block(const std::uint8_t* from, std::size_t from_stride, std::uint8_t* to, std::size_t to_stride) {
  const hn::FixedTag<std::uint8_t, 16> bytes;
  using Row = hn::Vec<decltype(bytes)>;
  Row rows[16];
  Row mixed[16];
  for (std::size_t i = 0; i < 16; ++i) {
    rows[i] = hn::LoadU(bytes, from + i * from_stride);
  }
  for (int pass = 0; pass < 4; ++pass) {
    for (std::size_t i = 0; i < 8; ++i) {
      mixed[2 * i] = hn::InterleaveLower(bytes, rows[i], rows[i + 8]);
      mixed[2 * i + 1] = hn::InterleaveUpper(bytes, rows[i], rows[i + 8]);
    }
    std::copy(std::begin(mixed), std::end(mixed), std::begin(rows));
  }
  for (std::size_t i = 0; i < 16; ++i) {
    hn::StoreU(rows[i], bytes, to + i * to_stride);
  }
}

#endif

HWY_INLINE void transpose_bytes(const std::uint8_t* from, std::size_t from_stride, std::size_t num_rows, std::size_t num_columns,
                                std::uint8_t* to, std::size_t to_stride) {
  for (std::size_t row = 0; row < num_rows; ++row) {
    for (std::size_t column = 0; column < num_columns; ++column) {
      to[column * to_stride + row] = from[row * from_stride + column];
    }
  }
}

void transpose_matrix(const std::uint8_t* matrix, std::size_t num_rows, std::size_t num_columns, std::uint8_t* out) {
  constexpr std::size_t block = 16;
  constexpr std::size_t line = 64; // of the cache: its four blocks are written one after the other
  for (std::size_t line_row = 0; line_row < num_rows; line_row += line) {
    const std::size_t end = std::min(line_row + line, num_rows);
    for (std::size_t column = 0; column < num_columns; column += block) {
      const std::size_t width = std::min(block, num_columns - column);
      for (std::size_t row = line_row; row < end; row += block) {
        const std::size_t height = std::min(block, end - row);
        const std::uint8_t* from = matrix + row * num_columns + column;
        std::uint8_t* to = out + column * num_rows + row;
#if HWY_TARGET != HWY_SCALAR
        if (width == block && height == block) {
          transpose_block(from, num_columns, to, num_rows);
          continue;
        }
#endif
        transpose_bytes(from, num_columns, height, width, to, num_rows);
      }
    }
  }
}

} // namespace
} // namespace radforge::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace radforge {
namespace {
HWY_EXPORT(blend_row);
HWY_EXPORT(transpose_matrix);
} // namespace

void blend_rows(const std::uint8_t* rows, std::size_t row_bytes, const ResizeWindows& windows, std::uint8_t* out) {
  for (const ResizeWindows::Window& window : windows.windows) {
    HWY_DYNAMIC_DISPATCH(blend_row)
    (rows + window.first_pixel * row_bytes, row_bytes, std::span(windows.weights).subspan(window.first_weight, window.size), out);
    out += row_bytes;
  }
}

void transpose(const std::uint8_t* matrix, std::size_t num_rows, std::size_t num_columns, std::uint8_t* out) {
  HWY_DYNAMIC_DISPATCH(transpose_matrix)(matrix, num_rows, num_columns, out);
}

} // namespace radforge
#endif
