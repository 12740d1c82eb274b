#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace radforge {

/// Pixels on either side that a blur takes in: four standard deviations.
std::int64_t blur_radius(double sigma);

/// Images blurred by a Gaussian of `sigma` pixels, bytes N x H x W x C, rounded; beyond an edge they are mirrored at its last
/// pixel. As SciPy's gaussian_filter with mode "mirror". H and W are larger than the radius.
at::Tensor gaussian_blur(const at::Tensor& images, double sigma);

} // namespace radforge
