#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <vector>

namespace radforge {

/// Whether backward finds the activations or computes them again.
enum class Activations { kept, computed_again };

/// `compute(inputs)`, of which autograd keeps the inputs alone: the backward pass computes it again (Chen et al. 2016), with the
/// same bits. Parameters that `compute` uses get their gradients as ever, provided that an input needs one. `compute` must
/// outlive the backward pass with all it refers to, and draw no random numbers.
at::Tensor recompute_in_backward(std::function<at::Tensor(const std::vector<at::Tensor>&)> compute,
                                 const std::vector<at::Tensor>& inputs);

} // namespace radforge
