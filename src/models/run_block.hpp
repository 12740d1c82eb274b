#pragma once

#include "radforge/nn/activation_checkpoint.hpp"

#include <concepts>
#include <cstddef>
#include <utility>
#include <vector>

namespace radforge {

/// block(inputs...), of which backward finds the activations, or computes them again from the inputs. The block outlives the
/// backward pass.
template <class Block, std::same_as<at::Tensor>... Inputs>
at::Tensor run_block(Activations activations, const Block& block, const Inputs&... inputs) {
  if (activations == Activations::kept) {
    return block(inputs...);
  }
  const auto compute = [&block](const std::vector<at::Tensor>& list) {
    return [&]<std::size_t... i>(std::index_sequence<i...>) { return block(list[i]...); }
    (std::index_sequence_for<Inputs...>{});
  };
  return recompute_in_backward(compute, {inputs...});
}

} // namespace radforge
