#include "radforge/quality/ms_ssim.hpp"

#include "radforge/core/error.hpp"

#include <ATen/ops/arange.h>
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/ones.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <span>

namespace radforge {

namespace {

constexpr std::int64_t window = 11;
constexpr double sigma = 1.5;
constexpr double c1 = (0.01 * 255) * (0.01 * 255);
constexpr double c2 = (0.03 * 255) * (0.03 * 255);
constexpr std::array scale_weights{0.0448, 0.2856, 0.3001, 0.2363, 0.1333}; // Wang et al. 2003, section 3.2

at::Tensor gaussian() {
  const at::Tensor x = at::arange(window, at::kDouble).sub(window / 2);
  const at::Tensor weights = x.square().div(-2 * sigma * sigma).exp();
  return weights.div(weights.sum());
}

/// Each channel by itself: they lie in the batch.
at::Tensor blurred(const at::Tensor& x, const at::Tensor& weights) {
  return at::conv2d(at::conv2d(x, weights.view({1, 1, window, 1})), weights.view({1, 1, 1, window}));
}

struct Similarity {
  at::Tensor whole;     ///< luminance times contrast and structure
  at::Tensor structure; ///< contrast and structure
};

Similarity similarity(const at::Tensor& a, const at::Tensor& b) {
  const at::Tensor weights = gaussian();
  const at::Tensor mean_a = blurred(a, weights);
  const at::Tensor mean_b = blurred(b, weights);
  const at::Tensor variance_a = blurred(a.square(), weights).sub(mean_a.square());
  const at::Tensor variance_b = blurred(b.square(), weights).sub(mean_b.square());
  const at::Tensor covariance = blurred(a.mul(b), weights).sub(mean_a.mul(mean_b));
  const at::Tensor structure = covariance.mul(2).add(c2).div(variance_a.add(variance_b).add(c2));
  const at::Tensor luminance = mean_a.mul(mean_b).mul(2).add(c1).div(mean_a.square().add(mean_b.square()).add(c1));
  return {luminance.mul(structure).mean(at::IntArrayRef{1, 2, 3}), structure.mean(at::IntArrayRef{1, 2, 3})};
}

at::Tensor images_of(const at::Tensor& bytes) {
  return bytes.permute({0, 3, 1, 2}).to(at::kDouble).reshape({-1, 1, bytes.size(1), bytes.size(2)});
}

} // namespace

std::int64_t ms_ssim_scales(std::int64_t side) {
  std::int64_t scales = 0;
  for (; scales < static_cast<std::int64_t>(scale_weights.size()) && side >= window; side /= 2) {
    ++scales;
  }
  return scales;
}

at::Tensor ms_ssim(const at::Tensor& a, const at::Tensor& b) {
  require(a.sizes() == b.sizes() && a.dim() == 4, "pairs of images have one size");
  const std::int64_t num_scales = ms_ssim_scales(std::min(a.size(1), a.size(2)));
  if (num_scales == 0) {
    throw DataError("MS-SSIM of images of {} x {} is not defined (its window has {} pixels) take larger ones", a.size(1),
                    a.size(2), window);
  }
  const std::span weights = std::span(scale_weights).first(static_cast<std::size_t>(num_scales));
  const double sum = num_scales < static_cast<std::int64_t>(scale_weights.size())
                         ? std::accumulate(weights.begin(), weights.end(), 0.0)
                         : 1; // the paper's add up to 1 but for rounding
  at::Tensor x = images_of(a);
  at::Tensor y = images_of(b);
  at::Tensor product = at::ones({x.size(0)}, at::kDouble);
  for (std::size_t scale = 0; scale < weights.size(); ++scale) {
    const bool last = scale + 1 == weights.size();
    const Similarity found = similarity(x, y);
    product.mul_((last ? found.whole : found.structure).clamp_min(0).pow(weights[scale] / sum));
    if (!last) {
      x = at::avg_pool2d(x, 2);
      y = at::avg_pool2d(y, 2);
    }
  }
  return product.view({a.size(0), a.size(3)}).mean(1);
}

} // namespace radforge
