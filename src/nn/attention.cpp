#include "radforge/nn/attention.hpp"

#include <ATen/ops/baddbmm.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/softmax.h>

#include <cmath>

namespace radforge {

at::Tensor attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, std::int64_t heads, const at::Tensor& mask) {
  const std::int64_t batch = q.size(0);
  const std::int64_t width = q.size(2) / heads;
  const auto split = [&](const at::Tensor& x) {
    return x.view({batch, x.size(1), heads, width}).transpose(1, 2).reshape({batch * heads, x.size(1), width});
  };
  const at::Tensor keys = split(k).transpose(1, 2);
  const double scale = 1.0 / std::sqrt(static_cast<double>(width));
  const at::Tensor scores = mask.defined() ? at::baddbmm(mask.unsqueeze(0), split(q), keys, /*beta=*/1.0, /*alpha=*/scale)
                                           : at::bmm(split(q).mul(scale), keys);
  const at::Tensor mixed = at::bmm(at::softmax(scores, -1).to(v.scalar_type()), split(v));
  return mixed.view({batch, heads, q.size(1), width}).transpose(1, 2).reshape({batch, q.size(1), heads * width});
}

} // namespace radforge
