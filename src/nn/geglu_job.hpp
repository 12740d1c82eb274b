#pragma once

#include <algorithm>
#include <cstdint>

namespace radforge {

/// y = a gelu(b) of rows (a, b) = x + bias, `width` elements each half, and the chunks of rows that blocks of threads take.
struct GegluLayout {
  constexpr GegluLayout(std::int64_t num_rows, std::int64_t half_width) : rows(num_rows), width(half_width) {
    constexpr std::int64_t fewest_rows = 32; // so that a chunk's sums are few beside what they are of
    constexpr std::int64_t most_chunks = 1024;
    rows_in_chunk = std::max((rows + most_chunks - 1) / most_chunks, fewest_rows);
    chunks = (rows + rows_in_chunk - 1) / rows_in_chunk;
  }

  std::int64_t rows;
  std::int64_t width;
  std::int64_t rows_in_chunk = 1;
  std::int64_t chunks = 1;
};

/// Memory of a device; T: float or Bf16.
template <class T>
struct GegluForwardJob {
  GegluLayout layout;
  const T* x;    ///< rows x 2 width
  const T* bias; ///< 2 width
  T* y;          ///< rows x width
};

template <class T>
struct GegluBackwardJob {
  GegluLayout layout;
  const T* x;
  const T* bias;
  const T* dy; ///< rows x width
  float* sums; ///< room for chunks x 2 width
  T* dx;
  T* bias_gradient;
};

} // namespace radforge
