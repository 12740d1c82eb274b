// Highway includes this header once for each instruction set: products of small fp32 matrices that lie in cache.
#if defined(RADFORGE_NN_SMALL_MATMUL) == defined(HWY_TARGET_TOGGLE)
#ifdef RADFORGE_NN_SMALL_MATMUL
#undef RADFORGE_NN_SMALL_MATMUL
#else
#define RADFORGE_NN_SMALL_MATMUL
#endif

#include "nn/vector_math.hpp"

HWY_BEFORE_NAMESPACE();
namespace radforge::HWY_NAMESPACE {

/// Element (i, k) of the left matrix is at data + i * row + k * step: one matrix, or one transposed.
struct LeftMatrix {
  const float* data;
  std::size_t row;
  std::size_t step;
};

struct RightMatrix {
  const float* data;
  std::size_t row;
};

enum class Into { overwritten, added };

/// `rows` x (`vectors` of columns) of the product, held in registers over the whole depth.
template <Into into, std::size_t rows, std::size_t vectors>
HWY_INLINE void multiply_tile(std::size_t depth, const LeftMatrix& left, const RightMatrix& right, float* out,
                              std::size_t out_row) {
  Vec sums[rows][vectors];
#pragma GCC unroll 16
  for (std::size_t r = 0; r < rows; ++r) {
#pragma GCC unroll 16
    for (std::size_t v = 0; v < vectors; ++v) {
      sums[r][v] = into == Into::added ? load(out + r * out_row + v * lanes()) : set(0);
    }
  }
  const float* a = left.data;
  const float* b = right.data;
  for (std::size_t k = 0; k < depth; ++k) {
    Vec columns[vectors];
#pragma GCC unroll 16
    for (std::size_t v = 0; v < vectors; ++v) {
      columns[v] = load(b + v * lanes());
    }
#pragma GCC unroll 16
    for (std::size_t r = 0; r < rows; ++r) {
      const Vec factor = set(a[r * left.row]);
#pragma GCC unroll 16
      for (std::size_t v = 0; v < vectors; ++v) {
        sums[r][v] = hn::MulAdd(factor, columns[v], sums[r][v]);
      }
    }
    a += left.step;
    b += right.row;
  }
#pragma GCC unroll 16
  for (std::size_t r = 0; r < rows; ++r) {
#pragma GCC unroll 16
    for (std::size_t v = 0; v < vectors; ++v) {
      store(sums[r][v], out + r * out_row + v * lanes());
    }
  }
}

/// All rows of `vectors` columns; `tall` rows at a time fill the registers.
template <Into into, std::size_t tall, std::size_t vectors>
HWY_INLINE void multiply_columns(std::size_t rows, std::size_t depth, LeftMatrix left, const RightMatrix& right, float* out,
                                 std::size_t out_row) {
  const auto next = [&](std::size_t count) HWY_ATTR {
    left.data += count * left.row;
    out += count * out_row;
    rows -= count;
  };
  for (; rows >= tall; next(tall)) {
    multiply_tile<into, tall, vectors>(depth, left, right, out, out_row);
  }
  for (; rows >= 4; next(4)) {
    multiply_tile<into, 4, vectors>(depth, left, right, out, out_row);
  }
  for (; rows >= 1; next(1)) {
    multiply_tile<into, 1, vectors>(depth, left, right, out, out_row);
  }
}

/// out (rows x columns, in rows of `out_row`) = left (rows x depth) times right (depth x columns). Columns are a multiple of 16.
template <Into into>
HWY_INLINE void multiply(std::size_t rows, std::size_t columns, std::size_t depth, const LeftMatrix& left, RightMatrix right,
                         float* out, std::size_t out_row) {
  constexpr bool many_registers = HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_NEON; // 32
  const auto next = [&](std::size_t vectors) HWY_ATTR {
    right.data += vectors * lanes();
    out += vectors * lanes();
    columns -= vectors * lanes();
  };
  if constexpr (many_registers) {
    for (; columns >= 4 * lanes(); next(4)) {
      multiply_columns<into, 6, 4>(rows, depth, left, right, out, out_row);
    }
  }
  for (; columns >= 2 * lanes(); next(2)) {
    multiply_columns<into, many_registers ? 12 : 6, 2>(rows, depth, left, right, out, out_row);
  }
  for (; columns >= lanes(); next(1)) {
    multiply_columns<into, 12, 1>(rows, depth, left, right, out, out_row);
  }
}

} // namespace radforge::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
