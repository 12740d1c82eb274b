#pragma once

#include "radforge/config/train_config.hpp"
#include "radforge/nn/parameter_set.hpp"

#include <ATen/core/Tensor.h>

#include <functional>
#include <string>

namespace radforge {

/// Does `work`. Errors: what it throws, and a CommunicationError where that says that a device's memory is used up: how much
/// there is, `what_takes_it`, a clause, and `what_to_do`, a sentence.
void explain_device_memory(const at::Device& device, const std::string& what_takes_it, const std::string& what_to_do,
                           const std::function<void()>& work);

/// What a training holds beside activations, in numbers: weights, gradients, moments, average.
std::string memory_of_training(const ParameterSet& trained, const LoopConfig& loop, const OptimizerConfig& optimizer,
                               int num_ranks);

} // namespace radforge
