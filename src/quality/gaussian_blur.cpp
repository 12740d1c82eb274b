#include "radforge/quality/gaussian_blur.hpp"

#include <ATen/ops/arange.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/reflection_pad2d.h>

namespace radforge {

std::int64_t blur_radius(double sigma) { return static_cast<std::int64_t>(4 * sigma + 0.5); }

at::Tensor gaussian_blur(const at::Tensor& images, double sigma) {
  const std::int64_t radius = blur_radius(sigma);
  const at::Tensor places = at::arange(-radius, radius + 1, images.options().dtype(at::kFloat));
  const at::Tensor bell = places.div(sigma).square().div(-2).exp();
  const at::Tensor weights = bell.div(bell.sum());
  // Every channel of every image alone.
  const at::Tensor planes = images.permute({0, 3, 1, 2}).to(at::kFloat);
  const at::Tensor padded = at::reflection_pad2d(planes.flatten(0, 1).unsqueeze(1), {radius, radius, radius, radius});
  const at::Tensor down = at::conv2d(padded, weights.view({1, 1, -1, 1}));
  const at::Tensor across = at::conv2d(down, weights.view({1, 1, 1, -1}));
  return across.view(planes.sizes()).permute({0, 2, 3, 1}).round().clamp(0, 255).to(at::kByte).contiguous();
}

} // namespace radforge
