#include "radforge/quality/frechet_distance.hpp"

#include "radforge/core/error.hpp"

#include <ATen/ops/linalg_eigh.h>
#include <ATen/ops/linalg_eigvalsh.h>
#include <ATen/ops/mm.h>

namespace radforge {

namespace {

/// For each eigenvalue of a matrix without negative ones: rounding leaves some below zero.
at::Tensor root_of(const at::Tensor& eigenvalues) { return eigenvalues.clamp_min(0).sqrt(); }

struct Normal {
  at::Tensor mean;
  at::Tensor covariance;
};

Normal normal_of(const at::Tensor& features) {
  require(features.dim() == 2 && features.size(0) > 1, "a covariance needs two images");
  const at::Tensor x = features.to(at::kDouble);
  const at::Tensor mean = x.mean(0);
  const at::Tensor centred = x.sub(mean);
  return {mean, at::mm(centred.t(), centred).div(static_cast<double>(x.size(0) - 1))};
}

} // namespace

double frechet_distance(const at::Tensor& real, const at::Tensor& synthetic) {
  const Normal a = normal_of(real);
  const Normal b = normal_of(synthetic);
  // sqrt(S1 S2) has the eigenvalues of sqrt(sqrt(S1) S2 sqrt(S1)), which is symmetric.
  const auto [values, vectors] = at::linalg_eigh(a.covariance);
  const at::Tensor root = at::mm(vectors.mul(root_of(values)), vectors.t());
  const at::Tensor product = at::mm(at::mm(root, b.covariance), root);
  const double trace_of_root = root_of(at::linalg_eigvalsh(product)).sum().item<double>();
  const double distance = a.mean.sub(b.mean).square().sum().item<double>() + a.covariance.trace().item<double>() +
                          b.covariance.trace().item<double>() - 2 * trace_of_root;
  return distance;
}

} // namespace radforge
