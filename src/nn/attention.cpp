#include "radforge/nn/attention.hpp"

#include "attention_kernel.hpp"
#include "fused_attention.hpp"
#include "kernel_tensor.hpp"
#include "parallel_ranges.hpp"

#include <ATen/ops/bmm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/softmax.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>
#include <limits>

namespace radforge {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr std::int64_t widest_head = 128; // wider ones are better served by a library's matrix products

at::Tensor with_plain_rows(const at::Tensor& x) { return x.stride(2) == 1 ? x : x.contiguous(); }

AttentionShape shape_of(const at::Tensor& q, const at::Tensor& k, const AttentionOptions& options) {
  return {static_cast<std::size_t>(q.size(1)), static_cast<std::size_t>(k.size(1)),
          static_cast<std::size_t>(q.size(2) / options.heads), options.mask};
}

/// The rows of one head of one sample.
template <class T>
HeadRows<const T> rows_of(const at::Tensor& x, std::int64_t sample, std::int64_t head, std::size_t width) {
  return {elements<T>(x) + sample * x.stride(0) + head * static_cast<std::int64_t>(width), static_cast<std::size_t>(x.stride(1))};
}

template <class T>
HeadRows<T> mutable_rows_of(const at::Tensor& x, std::int64_t sample, std::int64_t head, std::size_t width) {
  return {mutable_elements<T>(x) + sample * x.stride(0) + head * static_cast<std::int64_t>(width),
          static_cast<std::size_t>(x.stride(1))};
}

/// Calls `work(sample, head, scratch)` for every head of every sample.
template <class Work>
void for_each_head(const at::Tensor& q, std::int64_t heads, std::size_t scratch, const Work& work) {
  parallel_ranges(q.size(0) * heads, [&](std::int64_t begin, std::int64_t end) {
    const at::Tensor memory = at::empty({static_cast<std::int64_t>(scratch)}, at::kFloat);
    for (std::int64_t i = begin; i < end; ++i) {
      work(i / heads, i % heads, memory.mutable_data_ptr<float>());
    }
  });
}

struct Forward {
  at::Tensor out;
  at::Tensor log_sums; ///< N x heads x L
};

template <class T>
Forward forward_of(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const AttentionOptions& options) {
  const AttentionShape shape = shape_of(q, k, options);
  Forward result{at::empty(q.sizes(), q.options()), at::empty({q.size(0), options.heads, q.size(1)}, at::kFloat)};
  auto* const log_sums = result.log_sums.template mutable_data_ptr<float>();
  for_each_head(q, options.heads, attention_forward_scratch(shape), [&](std::int64_t n, std::int64_t h, float* scratch) {
    attention_forward(shape,
                      AttentionForward<T>{rows_of<T>(q, n, h, shape.width), rows_of<T>(k, n, h, shape.width),
                                          rows_of<T>(v, n, h, shape.width), mutable_rows_of<T>(result.out, n, h, shape.width),
                                          log_sums + (n * options.heads + h) * q.size(1)},
                      scratch);
  });
  return result;
}

Forward forward_of(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const AttentionOptions& options) {
  return q.scalar_type() == at::kFloat ? forward_of<float>(q, k, v, options) : forward_of<Bf16>(q, k, v, options);
}

template <class T>
variable_list backward_of(const variable_list& saved, const at::Tensor& out_gradient, const AttentionOptions& options) {
  const at::Tensor& q = saved[0];
  const at::Tensor& k = saved[1];
  const at::Tensor& v = saved[2];
  const at::Tensor& out = saved[3];
  const AttentionShape shape = shape_of(q, k, options);
  const at::Tensor dq = at::empty(q.sizes(), q.options());
  const at::Tensor dk = at::empty(k.sizes(), k.options());
  const at::Tensor dv = at::empty(v.sizes(), v.options());
  const auto* const log_sums = saved[4].const_data_ptr<float>();
  for_each_head(q, options.heads, attention_backward_scratch(shape), [&](std::int64_t n, std::int64_t h, float* scratch) {
    const auto rows = [&](const at::Tensor& x) { return rows_of<T>(x, n, h, shape.width); };
    const auto mutable_rows = [&](const at::Tensor& x) { return mutable_rows_of<T>(x, n, h, shape.width); };
    attention_backward(shape,
                       AttentionBackward<T>{rows(q), rows(k), rows(v), rows(out), rows(out_gradient),
                                            log_sums + (n * options.heads + h) * q.size(1), mutable_rows(dq), mutable_rows(dk),
                                            mutable_rows(dv)},
                       scratch);
  });
  return {dq, dk, dv, at::Tensor()};
}

struct FusedAttention final : torch::autograd::Function<FusedAttention> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                            const AttentionOptions& options) {
    const Forward result = forward_of(q, k, v, options);
    context->save_for_backward({q, k, v, result.out, result.log_sums});
    context->saved_data["heads"] = options.heads;
    context->saved_data["causal"] = options.mask == AttentionMask::causal;
    return result.out;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const AttentionOptions options{context->saved_data["heads"].toInt(),
                                   context->saved_data["causal"].toBool() ? AttentionMask::causal : AttentionMask::none};
    const at::Tensor gradient = with_plain_rows(gradients[0].to(saved[0].scalar_type()));
    return saved[0].scalar_type() == at::kFloat ? backward_of<float>(saved, gradient, options)
                                                : backward_of<Bf16>(saved, gradient, options);
  }
};

} // namespace

at::Tensor reference_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const AttentionOptions& options) {
  const std::int64_t batch = q.size(0);
  const std::int64_t width = q.size(2) / options.heads;
  const at::ScalarType type = options.scores == Scores::fp32 ? at::kFloat : q.scalar_type();
  const auto split = [&](const at::Tensor& x) {
    return x.reshape({batch, x.size(1), options.heads, width}).transpose(1, 2).reshape({batch * options.heads, x.size(1), width});
  };
  const double scale = 1.0 / std::sqrt(static_cast<double>(width));
  at::Tensor scores = at::bmm(split(q.to(type)).mul(scale), split(k.to(type)).transpose(1, 2));
  if (options.mask == AttentionMask::causal) {
    const at::Tensor later = at::ones({q.size(1), k.size(1)}, q.options().dtype(at::kBool)).triu(1);
    scores = scores.masked_fill(later, -std::numeric_limits<double>::infinity());
  }
  const at::Tensor mixed = at::bmm(at::softmax(scores, -1).to(v.scalar_type()), split(v));
  return mixed.view({batch, options.heads, q.size(1), width}).transpose(1, 2).reshape({batch, q.size(1), options.heads * width});
}

at::Tensor attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const AttentionOptions& options) {
  const bool one_type = k.scalar_type() == q.scalar_type() && v.scalar_type() == q.scalar_type();
  if (q.is_cuda() && one_type && k.numel() > 0 && q.numel() > 0) {
    return fused_attention(q, k, v, options);
  }
  if (!has_kernels(q) || k.numel() == 0 || !one_type || q.size(2) / options.heads > widest_head) {
    return reference_attention(q, k, v, options);
  }
  const at::Tensor rows[] = {with_plain_rows(q), with_plain_rows(k), with_plain_rows(v)};
  if (!c10::GradMode::is_enabled()) {
    return forward_of(rows[0], rows[1], rows[2], options).out;
  }
  return FusedAttention::apply(rows[0], rows[1], rows[2], options);
}

} // namespace radforge
