#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace radforge {

/// The unbiased estimate of the squared maximum mean discrepancy of two sets of features under the kernel (x y / d + 1)^3, in
/// fp64 (Bińkowski et al. 2018). It may be negative. N x d and M x d, N and M above 1.
double kernel_distance(const at::Tensor& real, const at::Tensor& synthetic);

struct KernelDistance {
  double mean = 0;
  double deviation = 0; ///< over the subsets, of the population
};

/// KID: the mean over `num_subsets` pairs of subsets of `subset_size` images, fewer if either set has fewer, drawn without
/// replacement by (seed, number of the subset). Also N and M above 1.
KernelDistance kernel_inception_distance(const at::Tensor& real, const at::Tensor& synthetic, std::int64_t subset_size,
                                         std::int64_t num_subsets, std::uint64_t seed);

} // namespace radforge
