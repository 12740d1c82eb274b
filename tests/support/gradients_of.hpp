#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/autograd/autograd.h>

#include <functional>
#include <utility>
#include <vector>

namespace radforge {

using Inputs = std::vector<at::Tensor>;

/// `function(inputs)` in type `type`, then the gradients of its inputs against the gradient `dy` of its output; all in fp64.
inline std::vector<at::Tensor> output_and_gradients(const std::function<at::Tensor(const Inputs&)>& function,
                                                    const Inputs& inputs, const at::Tensor& dy, at::ScalarType type) {
  Inputs leaves;
  for (const at::Tensor& input : inputs) {
    leaves.push_back(input.to(type).detach().requires_grad_(true));
  }
  const at::Tensor y = function(leaves);
  std::vector<at::Tensor> found = torch::autograd::grad({y}, leaves, {dy.to(type)});
  found.insert(found.begin(), y.detach());
  for (at::Tensor& tensor : found) {
    tensor = tensor.to(at::kDouble);
  }
  return found;
}

/// Largest difference of each pair over the largest element of the second (1 at least: some gradients are zero but for rounding),
/// the worst of all pairs.
inline double worst_difference(const std::vector<at::Tensor>& ours, const std::vector<at::Tensor>& theirs) {
  double worst = ours.size() == theirs.size() ? 0 : 1e9;
  for (std::size_t i = 0; i < ours.size() && i < theirs.size(); ++i) {
    const double scale = std::max(theirs[i].abs().max().item<double>(), 1.0);
    const double difference = ours[i].sub(theirs[i]).abs().max().item<double>() / scale;
    worst = difference < worst ? worst : difference; // a NaN is the worst
  }
  return worst;
}

} // namespace radforge
