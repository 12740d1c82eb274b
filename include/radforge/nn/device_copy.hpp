#pragma once

#include <ATen/core/Tensor.h>

namespace radforge {

/// A tensor of the CPU on a device, which nobody waits for: by way of pinned memory, which ATen keeps until it is read. The
/// tensor itself may be changed or freed at once.
inline at::Tensor copied_to(const at::Tensor& x, at::Device device) {
  return device.is_cpu() ? x : x.pin_memory().to(device, x.scalar_type(), /*non_blocking=*/true);
}

} // namespace radforge
