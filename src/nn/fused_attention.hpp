#pragma once

#include "radforge/nn/attention.hpp"

#include <ATen/core/Tensor.h>

namespace radforge {

/// attention() by ATen's fused operator (flash attention and its like on a GPU, with scores in fp32 in any case), which has a
/// gradient of its own. The heads are views, in and out.
at::Tensor fused_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const AttentionOptions& options);

} // namespace radforge
