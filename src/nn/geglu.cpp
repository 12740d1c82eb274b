#include "radforge/nn/geglu.hpp"

#include "geglu_kernel.hpp"
#include "kernel_tensor.hpp"
#include "parallel_ranges.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/gelu.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <vector>

namespace radforge {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// Calls `work(row)` for every row.
template <class Work>
void for_each_row(std::int64_t rows, const Work& work) {
  constexpr std::int64_t rows_together = 16;
  parallel_ranges((rows + rows_together - 1) / rows_together, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin * rows_together; row < std::min(end * rows_together, rows); ++row) {
      work(row);
    }
  });
}

template <class T>
void forward_into(const at::Tensor& x, const at::Tensor& y) {
  const std::int64_t count = y.size(-1);
  const T* const from = elements<T>(x);
  T* const to = mutable_elements<T>(y);
  for_each_row(y.numel() / count, [&](std::int64_t row) {
    geglu_forward(static_cast<std::size_t>(count), from + 2 * row * count, to + row * count);
  });
}

template <class T>
void backward_into(const at::Tensor& x, const at::Tensor& dy, const at::Tensor& dx) {
  const std::int64_t count = dy.size(-1);
  const T* const from = elements<T>(x);
  const T* const gradient = elements<T>(dy);
  T* const to = mutable_elements<T>(dx);
  for_each_row(dy.numel() / count, [&](std::int64_t row) {
    geglu_backward(static_cast<std::size_t>(count), from + 2 * row * count, gradient + row * count, to + 2 * row * count);
  });
}

at::Tensor forward_of(const at::Tensor& x) {
  std::vector<std::int64_t> shape = x.sizes().vec();
  shape.back() /= 2;
  at::Tensor y = at::empty(shape, x.options());
  x.scalar_type() == at::kFloat ? forward_into<float>(x, y) : forward_into<Bf16>(x, y);
  return y;
}

struct FusedGeglu final : torch::autograd::Function<FusedGeglu> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x) {
    context->save_for_backward({x});
    return forward_of(x);
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const at::Tensor x = context->get_saved_variables()[0];
    const at::Tensor dy = gradients[0].to(x.scalar_type()).contiguous();
    at::Tensor dx = at::empty_like(x);
    x.scalar_type() == at::kFloat ? backward_into<float>(x, dy, dx) : backward_into<Bf16>(x, dy, dx);
    return {dx};
  }
};

} // namespace

at::Tensor reference_geglu(const at::Tensor& x) {
  const std::vector<at::Tensor> halves = x.chunk(2, -1);
  return halves[0].mul(at::gelu(halves[1]));
}

at::Tensor geglu(const at::Tensor& x) {
  if (!has_kernels(x) || !x.is_contiguous()) {
    return reference_geglu(x);
  }
  return c10::GradMode::is_enabled() ? FusedGeglu::apply(x) : forward_of(x);
}

} // namespace radforge
