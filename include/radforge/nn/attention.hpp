#pragma once

#include "radforge/nn/attention_mask.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace radforge {

/// In what type attention scores are computed: in that of the weights, or in fp32 (logits of some models overflow in fp16).
enum class Scores { as_weights, fp32 };

struct AttentionOptions {
  std::int64_t heads = 1;
  AttentionMask mask = AttentionMask::none; ///< causal: L = S
  Scores scores = Scores::as_weights;
};

/// softmax(q k' / sqrt(width of a head)) v, head by head. q: N x L x (heads * d), k and v: N x S x (heads * d), of one type; may
/// be slices of wider rows. Returns N x L x (heads * d). In fp32 and in bf16, for heads up to 128 wide, it is one kernel forward
/// and one backward, which holds the scores of a few queries at a time, in fp32; bits do not depend on the number of threads. Any
/// other tensor goes to ATen's batched products. The gradient cannot be differentiated again. On a GPU it is ATen's fused
/// operator (flash attention), which holds scores in fp32 in any case; its gradient adds up in no fixed order, unless ATen is
/// told to be deterministic.
at::Tensor attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const AttentionOptions& options);

/// The same by ATen's operators alone.
at::Tensor reference_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const AttentionOptions& options);

} // namespace radforge
