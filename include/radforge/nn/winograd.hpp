#pragma once

#include <ATen/core/Tensor.h>

namespace radforge {

/// Whether winograd_conv2d takes these: fp32 on the CPU, channels last, multiples of 32 channels in and out, and images of at
/// least 4 x 4. How many images there are does not matter, so that a batch in parts has the bits of the whole.
bool winograd_serves(const at::Tensor& x, const at::Tensor& weight);

/// 3 x 3 convolution, stride 1, padding 1, of N x C x H x W by weights out x C x 3 x 3 and a bias of `out`, or none: by
/// Winograd's minimal filtering F(2 x 2, 3 x 3) (Lavin and Gray 2016), with 4 / 9 of the multiplications and rounding of the same
/// size. So are the gradients. The bits do not depend on the number of threads.
at::Tensor winograd_conv2d(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias);

/// max(0, y), and max(0, other + y), without gradients. `other` is as y, or undefined.
at::Tensor winograd_conv2d_rectified(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                                     const at::Tensor& other = {});

} // namespace radforge
