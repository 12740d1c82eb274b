#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace radforge {

/// softmax(q k' / sqrt(width of a head) + mask) v, head by head. q: N x L x (heads * d), k and v: N x S x (heads * d), mask:
/// undefined, or L x S added to the scores. Returns N x L x (heads * d), of v's type:
/// q and k may be of another, in which the scores are then computed. Written as two batched products: on CPUs faster in
/// training than ATen's fused attention.
at::Tensor attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, std::int64_t heads,
                     const at::Tensor& mask = {});

} // namespace radforge
