#pragma once

#include "radforge/core/philox.hpp"

#include "golden.hpp"

#include <ATen/ops/dot.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>

namespace radforge {

/// tools/golden/keyed_weights.py in C++: weights, inputs and directions that golden files of large models do not hold.

/// Uniform in [-1, 1), fp32, exact.
inline at::Tensor keyed(std::uint64_t seed, std::uint64_t id, at::IntArrayRef shape, std::uint32_t draw = 0) {
  at::Tensor tensor = at::empty(shape, at::kFloat);
  fill_uniform({seed, Stream::init, id, draw}, {tensor.mutable_data_ptr<float>(), static_cast<std::size_t>(tensor.numel())});
  return tensor.mul_(2).sub_(1);
}

/// Identities of what is no weight.
constexpr std::uint64_t first_input = std::uint64_t{1} << 32;

inline at::Tensor keyed_input(std::uint64_t seed, std::uint64_t number, at::IntArrayRef shape) {
  return keyed(seed, first_input + number, shape);
}

/// Weight `id` in the order of names.
inline void fill_keyed(const std::string& name, at::Tensor& tensor, std::uint64_t seed, std::uint64_t id, double shift = 0) {
  tensor.copy_(keyed(seed, id, tensor.sizes()));
  if (tensor.dim() > 1) {
    const auto fan_in = static_cast<double>(tensor.numel() / tensor.size(0));
    tensor.mul_(static_cast<float>(std::sqrt((tensor.dim() == 4 ? 3 : 1) / fan_in)));
  } else {
    const bool around_one = name.ends_with("weight") || name.ends_with("running_var");
    tensor.mul_(0.25).add_(around_one ? 1 : name.ends_with("bias") ? shift : 0);
  }
}

inline void fill_keyed(ParameterSet& parameters, std::uint64_t seed, double shift = 0) {
  StateDict weights = parameters.views(parameters.flat());
  weights.merge(parameters.buffer_views());
  std::uint64_t id = 0;
  for (auto& [name, tensor] : weights) {
    fill_keyed(name, tensor, seed, id++, shift);
  }
}

/// Compares tensors with the rows of a summary: their norms, and their dot products with four keyed directions, both over the
/// norm (of at least 1e-4 of the largest: some gradients are zero but for rounding).
inline void check_summary(const StateDict& tensors, const at::Tensor& summary, std::uint64_t seed) {
  REQUIRE(summary.size(0) == static_cast<std::int64_t>(tensors.size()));
  const double least = 1e-4 * summary.select(1, 0).max().item<double>();
  std::int64_t row = 0;
  for (const auto& [name, tensor] : tensors) {
    const at::Tensor values = tensor.detach().reshape({-1}).to(at::kDouble);
    const at::Tensor golden = summary.select(0, row);
    const double scale = std::max(golden[0].item<double>(), least);
    double worst = std::abs(values.norm().item<double>() - golden[0].item<double>()) / scale;
    for (std::uint32_t k = 0; k < 4; ++k) {
      const at::Tensor direction = keyed(seed, static_cast<std::uint64_t>(row), values.sizes(), 1 + k).to(at::kDouble);
      // A direction's projection of a vector of norm 1 is about 1 / sqrt(3), whatever their length.
      worst = std::max(worst, std::abs(at::dot(values, direction).item<double>() - golden[1 + k].item<double>()) / scale);
    }
    INFO(name << " differs by " << worst);
    CHECK(worst < 1e-4);
    ++row;
  }
}

inline void check_gradient_summary(ParameterSet& parameters, const at::Tensor& summary, std::uint64_t seed) {
  check_summary(parameters.views(parameters.flat_gradient()), summary, seed);
}

} // namespace radforge
