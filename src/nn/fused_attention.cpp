#include "fused_attention.hpp"

#include <ATen/ops/scaled_dot_product_attention.h>

namespace radforge {

at::Tensor fused_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const AttentionOptions& options) {
  const auto heads = [&](const at::Tensor& x) { return x.unflatten(2, {options.heads, -1}).transpose(1, 2); };
  const bool causal = options.mask == AttentionMask::causal;
  return at::scaled_dot_product_attention(heads(q), heads(k), heads(v), {}, 0.0, causal).transpose(1, 2).flatten(2);
}

} // namespace radforge
