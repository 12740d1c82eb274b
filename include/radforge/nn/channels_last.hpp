#pragma once

#include <ATen/core/Tensor.h>

namespace radforge {

/// N x C x H x W with the channels of a position beside each other in memory, which convolutions and norms keep from there on.
/// One channel looks the same either way to ATen: its strides are set so that they tell.
inline at::Tensor channels_last(const at::Tensor& x) {
  if (x.size(1) != 1) {
    return x.contiguous(at::MemoryFormat::ChannelsLast);
  }
  const std::int64_t width = x.size(3);
  return x.contiguous().as_strided(x.sizes(), {x.size(2) * width, 1, width, 1});
}

} // namespace radforge
