#pragma once

#include <ATen/core/Tensor.h>

namespace radforge {

/// A small tensor of the CPU on a device, which nobody waits for: by way of pinned memory, which ATen keeps until it is read.
inline at::Tensor copied_to(const at::Tensor& small, at::Device device) {
  return device.is_cpu() ? small : small.pin_memory().to(device, small.scalar_type(), /*non_blocking=*/true);
}

} // namespace radforge
