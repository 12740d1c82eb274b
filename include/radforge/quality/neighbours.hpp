#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace radforge {

/// Fidelity and diversity by balls around images that reach to their k-th nearest neighbour of the same set, themselves left out:
/// precision and recall of Kynkäänniemi et al. 2019, density and coverage of Naeem et al. 2020. Distances are Euclidean, in fp64.
struct NeighbourMetrics {
  double precision = 0; ///< share of synthetic images in a ball of a real one
  double recall = 0;    ///< share of real images in a ball of a synthetic one
  double density = 0;   ///< mean number of real balls that a synthetic image is in, by k
  double coverage = 0;  ///< share of real images whose ball has a synthetic one
};

/// N x features and M x features, N and M above k.
NeighbourMetrics neighbour_metrics(const at::Tensor& real, const at::Tensor& synthetic, std::int64_t k);

/// The nearest image of another set.
struct Nearest {
  std::int64_t number = 0; ///< its row
  double distance = 0;
  double second = 0; ///< distance of the second nearest one
  /// Of the two distances, at most 1: small where one image is much nearer than all others, as a copy is. 1 if both are 0.
  double ratio() const { return second > 0 ? distance / second : 1; }
};

/// Of each row of `images` among those of `others`, of which there are two at least. Where there are several with one distance,
/// of equal images too, the ratio is 1 and the number any of theirs.
std::vector<Nearest> nearest_of(const at::Tensor& images, const at::Tensor& others);

} // namespace radforge
