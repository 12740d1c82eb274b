#pragma once

#include "radforge/io/image.hpp"

#include <ATen/core/Tensor.h>

namespace radforge {

/// Images N x C x H x W in [-1, 1] to bytes N x H x W x C as shards hold them: -1 is black, 1 is 255, to the nearest; what lies
/// outside is clamped. Values are finite. On the images' device, which nobody waits for.
at::Tensor image_bytes(const at::Tensor& images);

/// The images as one picture, row by row with `columns` a row: N x C x H x W, bytes or floating values as above, where what is
/// not finite is black. N > 0; C is 1 or 3. Errors: InternalError (another shape).
Image image_grid(const at::Tensor& images, int columns);

} // namespace radforge
