#pragma once

#include "element.hpp"
#include "geglu_job.hpp"
#include "kernel_tensor.hpp"

#include "radforge/core/error.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <c10/core/DeviceGuard.h>

#include <cstdint>

namespace radforge {

inline GegluLayout geglu_layout_of(const at::Tensor& x) {
  const std::int64_t width = x.size(-1) / 2;
  return {x.numel() / (2 * width), width};
}

/// Memory for the kernels of a device; `run` takes their job (geglu_job.hpp). Writes `y`.
template <class T, class Run>
void device_geglu_forward(const Run& run, const at::Tensor& x, const at::Tensor& bias, const at::Tensor& y) {
  require(bias.device() == x.device(), "the bias of GEGLU is on the device of its input");
  const c10::DeviceGuard guard(x.device());
  run(GegluForwardJob<T>{
      .layout = geglu_layout_of(x), .x = elements<T>(x), .bias = elements<T>(bias), .y = mutable_elements<T>(y)});
}

struct GegluGradients {
  at::Tensor x, bias;
};

/// `dy`: of x's type, contiguous.
template <class T, class Run>
GegluGradients device_geglu_backward(const Run& run, const at::Tensor& x, const at::Tensor& bias, const at::Tensor& dy) {
  const c10::DeviceGuard guard(x.device());
  const GegluLayout layout = geglu_layout_of(x);
  const at::Tensor sums = at::empty({layout.chunks, 2 * layout.width}, x.options().dtype(at::kFloat));
  GegluGradients gradients{at::empty_like(x), at::empty_like(bias)};
  run(GegluBackwardJob<T>{.layout = layout,
                          .x = elements<T>(x),
                          .bias = elements<T>(bias),
                          .dy = elements<T>(dy),
                          .sums = sums.mutable_data_ptr<float>(),
                          .dx = mutable_elements<T>(gradients.x),
                          .bias_gradient = mutable_elements<T>(gradients.bias)});
  return gradients;
}

} // namespace radforge
