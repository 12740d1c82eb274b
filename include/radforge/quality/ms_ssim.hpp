#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace radforge {

/// The scales of MS-SSIM that images of that side have: those, of five, whose side, halved each time, is at least the
/// window's 11. 0 if there is none.
std::int64_t ms_ssim_scales(std::int64_t side);

/// Multi-scale structural similarity (Wang, Simoncelli and Bovik 2003) of N pairs of images, bytes N x H x W x C, one value a
/// pair, in fp64: Gaussian windows of 11 with sigma 1.5, inside the image; K1 = 0.01, K2 = 0.03 of the range 255; means of 2 x 2
/// between scales, what is left over at the end dropped; the paper's weights of `ms_ssim_scales` of the smaller side, divided by
/// their sum where those are fewer than five; factors below zero count as zero; channels averaged. Errors: DataError (images
/// below 11 pixels).
at::Tensor ms_ssim(const at::Tensor& a, const at::Tensor& b);

} // namespace radforge
