#pragma once

#include <ATen/core/Tensor.h>

namespace radforge {

/// The Fréchet distance of two sets of features, taken as normal (FID, Heusel et al. 2017):
/// |m1 - m2|^2 + tr(S1 + S2 - 2 sqrt(S1 S2)), with unbiased covariances, in fp64. N x features and M x features, N and M above 1.
/// With fewer images than features it is still defined, and the more biased the fewer there are.
double frechet_distance(const at::Tensor& real, const at::Tensor& synthetic);

} // namespace radforge
