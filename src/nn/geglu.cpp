#include "radforge/nn/geglu.hpp"

#include "cuda_jobs.hpp"
#include "geglu_device.hpp"
#include "geglu_kernel.hpp"
#include "kernel_tensor.hpp"
#include "parallel_ranges.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/zeros.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <vector>

namespace radforge {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr std::int64_t block_rows = 32;

std::int64_t blocks_of(const at::Tensor& y) { return (y.numel() / y.size(-1) + block_rows - 1) / block_rows; }

/// Calls `work(row, block)` for every row; the rows of a block come in order.
template <class Work>
void for_each_row(const at::Tensor& y, const Work& work) {
  const std::int64_t rows = y.numel() / y.size(-1);
  parallel_ranges(blocks_of(y), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin * block_rows; row < std::min(end * block_rows, rows); ++row) {
      work(row, row / block_rows);
    }
  });
}

template <class T>
void forward_into(const at::Tensor& x, const at::Tensor& bias, const at::Tensor& y) {
  const std::int64_t count = y.size(-1);
  const T* const from = elements<T>(x);
  const T* const shift = elements<T>(bias);
  T* const to = mutable_elements<T>(y);
  for_each_row(y, [&](std::int64_t row, std::int64_t) {
    geglu_forward(static_cast<std::size_t>(count), from + 2 * row * count, shift, to + row * count);
  });
}

/// The gradient of x, and that of the bias as one sum for each block.
template <class T>
void backward_into(const at::Tensor& x, const at::Tensor& bias, const at::Tensor& dy, const at::Tensor& dx,
                   const at::Tensor& sums) {
  const std::int64_t count = dy.size(-1);
  const T* const from = elements<T>(x);
  const T* const shift = elements<T>(bias);
  const T* const gradient = elements<T>(dy);
  T* const to = mutable_elements<T>(dx);
  auto* const sum = sums.mutable_data_ptr<float>();
  for_each_row(dy, [&](std::int64_t row, std::int64_t block) {
    geglu_backward(static_cast<std::size_t>(count), from + 2 * row * count, shift, gradient + row * count, to + 2 * row * count,
                   sum + 2 * block * count);
  });
}

template <class T>
GegluGradients gradients_of(const at::Tensor& x, const at::Tensor& bias, const at::Tensor& dy) {
  if (x.is_cuda()) {
    return device_geglu_backward<T>(OnCuda(), x, bias, dy);
  }
  at::Tensor dx = at::empty_like(x);
  const at::Tensor sums = at::zeros({blocks_of(dy), x.size(-1)}, at::kFloat);
  backward_into<T>(x, bias, dy, dx, sums);
  return {dx, sums.sum(0).to(bias.scalar_type())};
}

template <class T>
void forward_where(const at::Tensor& x, const at::Tensor& bias, const at::Tensor& y) {
  x.is_cuda() ? device_geglu_forward<T>(OnCuda(), x, bias, y) : forward_into<T>(x, bias, y);
}

at::Tensor forward_of(const at::Tensor& x, const at::Tensor& bias) {
  std::vector<std::int64_t> shape = x.sizes().vec();
  shape.back() /= 2;
  at::Tensor y = at::empty(shape, x.options());
  x.scalar_type() == at::kFloat ? forward_where<float>(x, bias, y) : forward_where<Bf16>(x, bias, y);
  return y;
}

struct FusedGeglu final : torch::autograd::Function<FusedGeglu> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& bias) {
    context->save_for_backward({x, bias});
    return forward_of(x, bias);
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor& x = saved[0];
    const at::Tensor& bias = saved[1];
    const at::Tensor dy = gradients[0].to(x.scalar_type()).contiguous();
    const GegluGradients found =
        x.scalar_type() == at::kFloat ? gradients_of<float>(x, bias, dy) : gradients_of<Bf16>(x, bias, dy);
    return {found.x, found.bias};
  }
};

} // namespace

at::Tensor reference_geglu(const at::Tensor& x, const at::Tensor& bias) {
  const std::vector<at::Tensor> halves = x.add(bias).chunk(2, -1);
  return halves[0].mul(at::gelu(halves[1]));
}

at::Tensor geglu(const at::Tensor& x, const at::Tensor& bias) {
  if (!has_kernels(x) || !x.is_contiguous() || !bias.is_contiguous() || bias.scalar_type() != x.scalar_type()) {
    return reference_geglu(x, bias);
  }
  return c10::GradMode::is_enabled() ? FusedGeglu::apply(x, bias) : forward_of(x, bias);
}

} // namespace radforge
