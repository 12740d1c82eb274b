#pragma once

#include "element.hpp"
#include "group_norm_job.hpp"
#include "kernel_tensor.hpp"

#include "radforge/core/error.hpp"
#include "radforge/nn/group_norm.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <c10/core/DeviceGuard.h>

#include <cstdint>

namespace radforge {

/// Gradients of the inputs of group_norm(); the last is that of the shift, N x C.
struct GroupNormGradients {
  at::Tensor x, weight, bias, shift;
};

inline NormLayout norm_layout_of(const at::Tensor& x, const GroupNormOptions& options) {
  constexpr std::int64_t most_samples = 65535; // of a grid
  require(x.size(0) <= most_samples, "a norm on a GPU has 65535 samples at most");
  return {x.size(0), x.size(2) * x.size(3), x.size(1), options.groups};
}

/// `other` as a kernel reads it beside x.
inline at::Tensor beside(const at::Tensor& x, const at::Tensor& other) {
  require(!other.defined() || other.device() == x.device(), "a norm's tensors are on one device");
  return other.defined() ? other.to(x.scalar_type()).contiguous() : other;
}

/// Memory for the kernels of a device; `run` takes their job (group_norm_job.hpp). Writes `y`, channels last as `x` is, and
/// returns what backward needs, N x 3 x C.
template <class T, class Run>
at::Tensor device_norm_forward(const Run& run, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                               const at::Tensor& shift, const GroupNormOptions& options, const at::Tensor& y) {
  const c10::DeviceGuard guard(x.device());
  const NormLayout layout = norm_layout_of(x, options);
  const at::TensorOptions fp32 = x.options().dtype(at::kFloat).memory_format(std::nullopt);
  const at::Tensor sums = at::empty({layout.samples, layout.chunks, 2, layout.channels}, fp32);
  const at::Tensor moments = at::empty({layout.samples, 2, layout.channels}, fp32.dtype(at::kDouble));
  at::Tensor scales = at::empty({layout.samples, 3, layout.channels}, fp32);
  const at::Tensor factors[] = {beside(x, weight), beside(x, bias), beside(x, shift)};
  run(NormForwardJob<T>{.layout = layout,
                        .epsilon = options.epsilon,
                        .activation = options.activation,
                        .x = elements<T>(x),
                        .weight = elements<T>(factors[0]),
                        .bias = elements<T>(factors[1]),
                        .shift = shift.defined() ? elements<T>(factors[2]) : nullptr,
                        .sums = sums.mutable_data_ptr<float>(),
                        .moments = moments.mutable_data_ptr<double>(),
                        .scales = scales.mutable_data_ptr<float>(),
                        .y = mutable_elements<T>(y)});
  return scales;
}

/// `dy`: of x's type and memory format. The shift's gradient is undefined where there is no shift.
template <class T, class Run>
GroupNormGradients device_norm_backward(const Run& run, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                                        const at::Tensor& shift, const at::Tensor& scales, const at::Tensor& dy,
                                        const GroupNormOptions& options) {
  const c10::DeviceGuard guard(x.device());
  const NormLayout layout = norm_layout_of(x, options);
  const at::TensorOptions plain_options = x.options().memory_format(std::nullopt);
  const at::Tensor sums = at::empty({layout.samples, layout.chunks, 2, layout.channels}, plain_options.dtype(at::kFloat));
  const at::Tensor totals = at::empty({layout.samples, 2, layout.channels}, plain_options.dtype(at::kFloat));
  const at::Tensor factors = at::empty({layout.samples, 3, layout.channels}, plain_options.dtype(at::kFloat));
  const at::Tensor of_channels = at::empty({2, layout.channels}, plain_options);
  GroupNormGradients gradients{at::empty_like(x), of_channels[1], of_channels[0], at::Tensor()};
  if (shift.defined()) {
    gradients.shift = at::empty({layout.samples, layout.channels}, plain_options);
  }
  const at::Tensor parameters[] = {beside(x, weight), beside(x, bias)};
  run(NormBackwardJob<T>{.layout = layout,
                         .activation = options.activation,
                         .x = elements<T>(x),
                         .dy = elements<T>(dy),
                         .weight = elements<T>(parameters[0]),
                         .bias = elements<T>(parameters[1]),
                         .scales = scales.const_data_ptr<float>(),
                         .sums = sums.mutable_data_ptr<float>(),
                         .totals = totals.mutable_data_ptr<float>(),
                         .factors = factors.mutable_data_ptr<float>(),
                         .dx = mutable_elements<T>(gradients.x),
                         .bias_and_weight_gradient = mutable_elements<T>(of_channels),
                         .shift_gradient = shift.defined() ? mutable_elements<T>(gradients.shift) : nullptr});
  return gradients;
}

} // namespace radforge
