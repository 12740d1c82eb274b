#pragma once

#include "radforge/comm/communicator.hpp"

#include <ATen/core/Tensor.h>

namespace radforge {

/// The memory of a contiguous tensor as a collective sees it.
Buffer buffer_of(const at::Tensor& tensor);

} // namespace radforge
