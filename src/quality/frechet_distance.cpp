#include "radforge/quality/frechet_distance.hpp"

#include "radforge/core/error.hpp"

#include <ATen/ops/linalg_eigh.h>
#include <ATen/ops/linalg_eigvalsh.h>
#include <ATen/ops/linalg_svdvals.h>
#include <ATen/ops/mm.h>

#include <algorithm>
#include <cmath>

namespace radforge {

namespace {

/// For each eigenvalue of a matrix without negative ones: rounding leaves some below zero.
at::Tensor root_of(const at::Tensor& eigenvalues) { return eigenvalues.clamp_min(0).sqrt(); }

/// A set of images as a normal distribution: the covariance is scaled^T scaled.
struct Normal {
  at::Tensor mean;
  at::Tensor scaled; ///< distances from the mean by sqrt(N - 1), N x features
};

Normal normal_of(const at::Tensor& features) {
  require(features.dim() == 2 && features.size(0) > 1, "a covariance needs two images");
  const at::Tensor x = features.to(at::kDouble);
  const at::Tensor mean = x.mean(0);
  return {mean, x.sub(mean).div(std::sqrt(static_cast<double>(x.size(0) - 1)))};
}

/// tr sqrt(S1 S2) by the covariances: sqrt(S1 S2) has the eigenvalues of sqrt(sqrt(S1) S2 sqrt(S1)), which is symmetric.
double trace_of_root_by_features(const Normal& a, const Normal& b) {
  const auto [values, vectors] = at::linalg_eigh(at::mm(a.scaled.t(), a.scaled));
  const at::Tensor root = at::mm(vectors.mul(root_of(values)), vectors.t());
  const at::Tensor half = at::mm(b.scaled, root);
  return root_of(at::linalg_eigvalsh(at::mm(half.t(), half))).sum().item<double>();
}

/// The same where images are fewer than features: X^T X Y^T Y has the eigenvalues of (Y X^T) (X Y^T) beside zeros, so their roots
/// are the singular values of X Y^T.
double trace_of_root_by_images(const Normal& a, const Normal& b) {
  return at::linalg_svdvals(at::mm(a.scaled, b.scaled.t())).sum().item<double>();
}

} // namespace

double frechet_distance(const at::Tensor& real, const at::Tensor& synthetic) {
  const Normal a = normal_of(real);
  const Normal b = normal_of(synthetic);
  const bool few = std::min(real.size(0), synthetic.size(0)) < real.size(1);
  const double trace_of_root = few ? trace_of_root_by_images(a, b) : trace_of_root_by_features(a, b);
  return a.mean.sub(b.mean).square().sum().item<double>() + a.scaled.square().sum().item<double>() +
         b.scaled.square().sum().item<double>() - 2 * trace_of_root;
}

} // namespace radforge
