#include "attention_kernel.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

// As for the random numbers (core/philox_kernels.cpp).
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "nn/attention_kernel.cpp"
#include <hwy/foreach_target.h>
// Highway wants to be included after foreach_target.h.
#include "nn/small_matmul.hpp"

#ifndef RADFORGE_NN_ATTENTION_SHAPE
#define RADFORGE_NN_ATTENTION_SHAPE
namespace radforge {
namespace {

constexpr std::size_t query_block = 48; // a multiple of the rows in all tiles

/// Rows in scratch are padded with zeros to whole vectors of any instruction set.
constexpr std::size_t padded(std::size_t count) { return (count + 15) / 16 * 16; }

} // namespace
} // namespace radforge
#endif

HWY_BEFORE_NAMESPACE();
namespace radforge::HWY_NAMESPACE {
namespace {

/// rows x width to `to`, in rows of `to_row` >= width that are filled up with zeros, times `factor`.
template <class T>
HWY_INLINE void pack(HeadRows<const T> from, std::size_t rows, std::size_t width, float factor, float* to, std::size_t to_row) {
  const Vec f = set(factor);
  for (std::size_t i = 0; i < rows; ++i) {
    const T* const row = from.data + i * from.stride;
    float* const out = to + i * to_row;
    for_vectors(width, [&](auto part, std::size_t j) HWY_ATTR { store(hn::Mul(part.load(row + j), f), out + j); });
    std::fill(out + width, out + to_row, 0.0F);
  }
}

/// The transpose of rows x to_row as width x columns; columns behind the rows become zero.
HWY_INLINE void transpose(const float* from, std::size_t rows, std::size_t width, std::size_t from_row, float* to,
                          std::size_t columns) {
  for (std::size_t j = 0; j < width; ++j) {
    for (std::size_t i = 0; i < rows; ++i) {
      to[j * columns + i] = from[i * from_row + j];
    }
    std::fill(to + j * columns + rows, to + (j + 1) * columns, 0.0F);
  }
}

template <class T>
HWY_INLINE void unpack(const float* from, std::size_t from_row, std::size_t rows, std::size_t width, float factor,
                       HeadRows<T> to) {
  const Vec f = set(factor);
  for (std::size_t i = 0; i < rows; ++i) {
    for_vectors(width, [&](auto part, std::size_t j)
                           HWY_ATTR { part.store(hn::Mul(load(from + i * from_row + j), f), to.data + i * to.stride + j); });
  }
}

/// Keys that query `query` sees.
HWY_INLINE std::size_t visible(const AttentionShape& shape, std::size_t query) {
  return shape.mask == AttentionMask::causal ? std::min(query + 1, shape.keys) : shape.keys;
}

HWY_INLINE Vec first_lanes(Vec x, std::size_t count, Vec otherwise) {
  return hn::IfThenElse(hn::FirstN(Floats(), count), x, otherwise);
}

/// Turns a row of scores into exp(score - largest), with zeros behind the `seen` first ones.
struct RowSum {
  float largest, sum;
};

HWY_INLINE RowSum exponentials(float* row, std::size_t seen, std::size_t columns) {
  const Vec lowest = set(-3.4e38F);
  Vec largest = lowest;
  for (std::size_t j = 0; j < seen; j += lanes()) {
    largest = hn::Max(largest, first_lanes(load(row + j), seen - j, lowest));
  }
  const Vec top = hn::MaxOfLanes(Floats(), largest);
  Vec sum = set(0);
  for (std::size_t j = 0; j < seen; j += lanes()) {
    const Vec e = first_lanes(exp(hn::Sub(load(row + j), top)), seen - j, set(0));
    store(e, row + j);
    sum = hn::Add(sum, e);
  }
  std::fill(row + std::min(columns, (seen + lanes() - 1) / lanes() * lanes()), row + columns, 0.0F);
  return {hn::GetLane(top), hn::GetLane(hn::SumOfLanes(Floats(), sum))};
}

/// From scores and the gradients of probabilities: the probabilities in place of the one, the scores' gradients of the other.
HWY_INLINE void score_gradients(float* scores, float* gradients, std::size_t seen, std::size_t columns, float log_sum,
                                float mean) {
  const Vec shift = set(log_sum);
  const Vec m = set(mean);
  std::size_t j = 0;
  for (; j < seen; j += lanes()) {
    const Vec p = first_lanes(exp(hn::Sub(load(scores + j), shift)), seen - j, set(0));
    store(p, scores + j);
    store(hn::Mul(p, hn::Sub(load(gradients + j), m)), gradients + j);
  }
  std::fill(scores + std::min(j, columns), scores + columns, 0.0F);
  std::fill(gradients + std::min(j, columns), gradients + columns, 0.0F);
}

HWY_INLINE float dot(const float* a, const float* b, std::size_t columns) {
  Vec sum = set(0);
  for (std::size_t j = 0; j < columns; j += lanes()) {
    sum = hn::MulAdd(load(a + j), load(b + j), sum);
  }
  return hn::GetLane(hn::SumOfLanes(Floats(), sum));
}

template <class T>
HeadRows<T> rows_from(HeadRows<T> rows, std::size_t first) {
  return {rows.data + first * rows.stride, rows.stride};
}

template <class T>
void forward(const AttentionShape& shape, const AttentionForward<T>& head, float* scratch) {
  const std::size_t columns = padded(shape.keys);
  const std::size_t width = padded(shape.width);
  const auto take = [&](std::size_t count) { return std::exchange(scratch, scratch + count); };
  float* const v = take(columns * width);
  float* const k_transposed = take(width * columns);
  float* const q = take(query_block * width);
  float* const scores = take(query_block * columns);
  float* const out = take(query_block * width);
  pack(head.k, shape.keys, shape.width, 1, v, width);
  transpose(v, shape.keys, shape.width, width, k_transposed, columns);
  pack(head.v, shape.keys, shape.width, 1, v, width);

  for (std::size_t first = 0; first < shape.queries; first += query_block) {
    const std::size_t rows = std::min(query_block, shape.queries - first);
    const std::size_t keys = visible(shape, first + rows - 1);
    pack(rows_from(head.q, first), rows, shape.width, shape.scale(), q, width);
    multiply<Into::overwritten>(rows, padded(keys), shape.width, {q, width, 1}, {k_transposed, columns}, scores, columns);
    float factors[query_block];
    for (std::size_t i = 0; i < rows; ++i) {
      const RowSum row = exponentials(scores + i * columns, visible(shape, first + i), padded(keys));
      head.log_sums[first + i] = row.largest + std::log(row.sum);
      factors[i] = 1 / row.sum;
    }
    multiply<Into::overwritten>(rows, width, keys, {scores, columns, 1}, {v, width}, out, width);
    for (std::size_t i = 0; i < rows; ++i) {
      unpack(out + i * width, width, 1, shape.width, factors[i], rows_from(head.out, first + i));
    }
  }
}

template <class T>
void backward(const AttentionShape& shape, const AttentionBackward<T>& head, float* scratch) {
  const std::size_t columns = padded(shape.keys);
  const std::size_t width = padded(shape.width);
  const auto take = [&](std::size_t count) { return std::exchange(scratch, scratch + count); };
  float* const k = take(columns * width);
  float* const k_transposed = take(width * columns);
  float* const v_transposed = take(width * columns);
  float* const dk = take(columns * width);
  float* const dv = take(columns * width);
  float* const q = take(query_block * width);
  float* const dq = take(query_block * width);
  float* const out = take(query_block * width);
  float* const out_gradient = take(query_block * width);
  float* const p = take(query_block * columns);
  float* const ds = take(query_block * columns);
  pack(head.v, shape.keys, shape.width, 1, k, width);
  transpose(k, shape.keys, shape.width, width, v_transposed, columns);
  pack(head.k, shape.keys, shape.width, 1, k, width);
  transpose(k, shape.keys, shape.width, width, k_transposed, columns);
  std::fill_n(dk, shape.keys * width, 0.0F);
  std::fill_n(dv, shape.keys * width, 0.0F);

  for (std::size_t first = 0; first < shape.queries; first += query_block) {
    const std::size_t rows = std::min(query_block, shape.queries - first);
    const std::size_t keys = visible(shape, first + rows - 1);
    pack(rows_from(head.q, first), rows, shape.width, shape.scale(), q, width);
    pack(rows_from(head.out, first), rows, shape.width, 1, out, width);
    pack(rows_from(head.out_gradient, first), rows, shape.width, 1, out_gradient, width);
    multiply<Into::overwritten>(rows, padded(keys), shape.width, {q, width, 1}, {k_transposed, columns}, p, columns);
    multiply<Into::overwritten>(rows, padded(keys), shape.width, {out_gradient, width, 1}, {v_transposed, columns}, ds, columns);
    for (std::size_t i = 0; i < rows; ++i) {
      const float mean = dot(out + i * width, out_gradient + i * width, width);
      score_gradients(p + i * columns, ds + i * columns, visible(shape, first + i), padded(keys), head.log_sums[first + i], mean);
    }
    multiply<Into::overwritten>(rows, width, keys, {ds, columns, 1}, {k, width}, dq, width);
    unpack(dq, width, rows, shape.width, shape.scale(), rows_from(head.dq, first));
    multiply<Into::added>(keys, width, rows, {ds, 1, columns}, {q, width}, dk, width); // q holds the scale
    multiply<Into::added>(keys, width, rows, {p, 1, columns}, {out_gradient, width}, dv, width);
  }
  unpack(dk, width, shape.keys, shape.width, 1, head.dk);
  unpack(dv, width, shape.keys, shape.width, 1, head.dv);
}

void forward_fp32(const AttentionShape& s, const AttentionForward<float>& h, float* scratch) { forward(s, h, scratch); }
void forward_bf16(const AttentionShape& s, const AttentionForward<Bf16>& h, float* scratch) { forward(s, h, scratch); }
void backward_fp32(const AttentionShape& s, const AttentionBackward<float>& h, float* scratch) { backward(s, h, scratch); }
void backward_bf16(const AttentionShape& s, const AttentionBackward<Bf16>& h, float* scratch) { backward(s, h, scratch); }

} // namespace
} // namespace radforge::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace radforge {
namespace {
HWY_EXPORT(forward_fp32);
HWY_EXPORT(forward_bf16);
HWY_EXPORT(backward_fp32);
HWY_EXPORT(backward_bf16);
} // namespace

float AttentionShape::scale() const { return 1 / std::sqrt(static_cast<float>(width)); }

std::size_t attention_forward_scratch(const AttentionShape& shape) {
  const std::size_t columns = padded(shape.keys);
  const std::size_t width = padded(shape.width);
  return 2 * columns * width + query_block * (2 * width + columns);
}

std::size_t attention_backward_scratch(const AttentionShape& shape) {
  const std::size_t columns = padded(shape.keys);
  const std::size_t width = padded(shape.width);
  return 5 * columns * width + query_block * (4 * width + 2 * columns);
}

void attention_forward(const AttentionShape& shape, const AttentionForward<float>& head, float* scratch) {
  HWY_DYNAMIC_DISPATCH(forward_fp32)(shape, head, scratch);
}
void attention_forward(const AttentionShape& shape, const AttentionForward<Bf16>& head, float* scratch) {
  HWY_DYNAMIC_DISPATCH(forward_bf16)(shape, head, scratch);
}
void attention_backward(const AttentionShape& shape, const AttentionBackward<float>& head, float* scratch) {
  HWY_DYNAMIC_DISPATCH(backward_fp32)(shape, head, scratch);
}
void attention_backward(const AttentionShape& shape, const AttentionBackward<Bf16>& head, float* scratch) {
  HWY_DYNAMIC_DISPATCH(backward_bf16)(shape, head, scratch);
}

} // namespace radforge
#endif
