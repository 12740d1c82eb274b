#pragma once

#include <ATen/core/Tensor.h>

namespace radforge {

/// GEGLU (Shazeer 2020) of x + bias: the first half of the last dimension times the GELU of the second, x: ... x 2M to ... x M.
/// The bias of the projection before it belongs here, so that the widest tensor of a transformer is passed over once less in each
/// direction. In fp32 and in bf16 it is one kernel forward and one backward. The normal distribution function is that of
/// Abramowitz and Stegun 7.1.26, within 1e-7. Any other tensor goes to ATen's operators. The gradient cannot be differentiated
/// again. On a GPU the same, and one kernel more for the bias's gradient, which adds up in a fixed order.
at::Tensor geglu(const at::Tensor& x, const at::Tensor& bias);

/// The same by ATen's operators alone.
at::Tensor reference_geglu(const at::Tensor& x, const at::Tensor& bias);

} // namespace radforge
