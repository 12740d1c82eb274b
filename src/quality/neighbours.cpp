#include "radforge/quality/neighbours.hpp"

#include "radforge/core/error.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/cdist.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/topk.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <functional>

namespace radforge {

namespace {

constexpr std::int64_t rows_of_block = 1024; // bounds the memory for distances
constexpr std::int64_t num_candidates = 3;   // of which the nearest two are taken

using BlockFunction = std::function<void(std::int64_t first, const at::Tensor& distances)>;

void for_each_block(const at::Tensor& rows, const at::Tensor& columns, const BlockFunction& function) {
  for (std::int64_t first = 0; first < rows.size(0); first += rows_of_block) {
    const at::Tensor block = rows.narrow(0, first, std::min(rows_of_block, rows.size(0) - first));
    function(first, at::cdist(block, columns));
  }
}

/// Of each row the distance of its k-th nearest other one. Its own is the least: the distance to itself, or to a copy.
at::Tensor radii(const at::Tensor& features, std::int64_t k) {
  std::vector<at::Tensor> parts;
  for_each_block(features, features, [&](std::int64_t, const at::Tensor& distances) {
    parts.push_back(std::get<0>(at::topk(distances, k + 1, 1, false)).select(1, k));
  });
  return at::cat(parts);
}

} // namespace

NeighbourMetrics neighbour_metrics(const at::Tensor& real, const at::Tensor& synthetic, std::int64_t k) {
  require(real.size(0) > k && synthetic.size(0) > k, "every image has k neighbours");
  const at::Tensor x = real.to(at::kDouble);
  const at::Tensor y = synthetic.to(at::kDouble);
  const at::Tensor real_radii = radii(x, k);
  const at::Tensor synthetic_radii = radii(y, k);
  at::Tensor num_balls = at::zeros({y.size(0)}, at::kLong);
  std::int64_t num_recalled = 0;
  std::int64_t num_covered = 0;
  for_each_block(x, y, [&](std::int64_t first, const at::Tensor& distances) {
    const at::Tensor in_real = distances.lt(real_radii.narrow(0, first, distances.size(0)).unsqueeze(1));
    num_balls.add_(in_real.sum(0));
    num_covered += in_real.any(1).sum().item<std::int64_t>();
    num_recalled += distances.lt(synthetic_radii).any(1).sum().item<std::int64_t>();
  });
  const auto n = static_cast<double>(x.size(0));
  const auto m = static_cast<double>(y.size(0));
  return {num_balls.gt(0).sum().item<double>() / m, static_cast<double>(num_recalled) / n,
          num_balls.sum().item<double>() / (m * static_cast<double>(k)), static_cast<double>(num_covered) / n};
}

std::vector<Nearest> nearest_of(const at::Tensor& images, const at::Tensor& others) {
  require(others.size(0) > 1, "a second nearest image needs two");
  const at::Tensor x = images.to(at::kDouble);
  const at::Tensor y = others.to(at::kDouble);
  std::vector<Nearest> nearest;
  for_each_block(x, y, [&](std::int64_t first, const at::Tensor& rough) {
    // Distances by a product of matrices are rounded; those of copies are to be 0.
    const at::Tensor numbers = std::get<1>(at::topk(rough, std::min<std::int64_t>(num_candidates, y.size(0)), 1, false));
    const at::Tensor block = x.narrow(0, first, rough.size(0));
    std::vector<at::Tensor> distances;
    for (std::int64_t k = 0; k < numbers.size(1); ++k) {
      distances.push_back(block.sub(y.index_select(0, numbers.select(1, k))).square().sum(1).sqrt());
    }
    const auto [values, places] = at::topk(at::stack(distances, 1), 2, 1, false, true);
    for (std::int64_t i = 0; i < values.size(0); ++i) {
      nearest.push_back({numbers[i][places[i][0].item<std::int64_t>()].item<std::int64_t>(), values[i][0].item<double>(),
                         values[i][1].item<double>()});
    }
  });
  return nearest;
}

} // namespace radforge
