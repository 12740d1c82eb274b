#include "radforge/quality/kernel_distance.hpp"

#include "keyed_draw.hpp"

#include "radforge/core/error.hpp"

#include <ATen/ops/index_select.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <cmath>

namespace radforge {

namespace {

at::Tensor kernel(const at::Tensor& x, const at::Tensor& y) {
  return at::mm(x, y.t()).div(static_cast<double>(x.size(1))).add(1).pow(3);
}

/// The mean over the pairs of different images.
double mean_within(const at::Tensor& x) {
  const at::Tensor values = kernel(x, x);
  const auto n = static_cast<double>(x.size(0));
  return (values.sum().item<double>() - values.trace().item<double>()) / (n * (n - 1));
}

at::Tensor subset(const at::Tensor& features, std::int64_t count, const RandomKey& key) {
  return at::index_select(features, 0, at::tensor(keyed_draw(key, features.size(0), count)));
}

} // namespace

double kernel_distance(const at::Tensor& real, const at::Tensor& synthetic) {
  require(real.size(0) > 1 && synthetic.size(0) > 1, "a kernel distance needs two images of a kind");
  const at::Tensor x = real.to(at::kDouble);
  const at::Tensor y = synthetic.to(at::kDouble);
  return mean_within(x) + mean_within(y) - 2 * kernel(x, y).mean().item<double>();
}

KernelDistance kernel_inception_distance(const at::Tensor& real, const at::Tensor& synthetic, std::int64_t subset_size,
                                         std::int64_t num_subsets, std::uint64_t seed) {
  const std::int64_t count = std::min({subset_size, real.size(0), synthetic.size(0)});
  double sum = 0;
  double sum_of_squares = 0;
  for (std::int64_t i = 0; i < num_subsets; ++i) {
    const auto number = static_cast<std::uint64_t>(2 * i);
    const double distance = kernel_distance(subset(real, count, {seed, Stream::measure, number}),
                                            subset(synthetic, count, {seed, Stream::measure, number + 1}));
    sum += distance;
    sum_of_squares += distance * distance;
  }
  const auto n = static_cast<double>(num_subsets);
  const double mean = sum / n;
  return {mean, std::sqrt(std::max(0.0, sum_of_squares / n - mean * mean))};
}

} // namespace radforge
