#pragma once

#include "element.hpp"

#include "radforge/nn/attention_mask.hpp"

#include <cstddef>

namespace radforge {

/// One head of one sample: `queries` x `keys` scores of `width` numbers.
struct AttentionShape {
  std::size_t queries;
  std::size_t keys;
  std::size_t width;
  AttentionMask mask;

  float scale() const; ///< 1 / sqrt(width)
};

/// Row i begins at data + i * stride.
template <class T>
struct HeadRows {
  T* data;
  std::size_t stride;
};

template <class T>
struct AttentionForward {
  HeadRows<const T> q, k, v;
  HeadRows<T> out;
  float* log_sums; ///< of each query: the logarithm of its sum of exponentials, for backward
};

template <class T>
struct AttentionBackward {
  HeadRows<const T> q, k, v, out, out_gradient;
  const float* log_sums;
  HeadRows<T> dq, dk, dv;
};

/// Floats of scratch that the functions below work in.
std::size_t attention_forward_scratch(const AttentionShape& shape);
std::size_t attention_backward_scratch(const AttentionShape& shape);

/// out = softmax(scale q k') v, in fp32, for blocks of queries with all their keys (Dao et al. 2022 without the blocks of keys).
void attention_forward(const AttentionShape& shape, const AttentionForward<float>& head, float* scratch);
void attention_forward(const AttentionShape& shape, const AttentionForward<Bf16>& head, float* scratch);

/// The gradients of q, k and v; probabilities are computed again from `log_sums`.
void attention_backward(const AttentionShape& shape, const AttentionBackward<float>& head, float* scratch);
void attention_backward(const AttentionShape& shape, const AttentionBackward<Bf16>& head, float* scratch);

} // namespace radforge
