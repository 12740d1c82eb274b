#pragma once

#include "radforge/comm/communicator.hpp"

#include <ATen/core/Tensor.h>

namespace radforge {

/// The memory of a contiguous tensor as a collective sees it.
Buffer buffer_of(const at::Tensor& tensor);

/// Sends each rank's share of `flat` (share_of()) to all others, in place. Collective.
void gather_shares(Communicator& ranks, const at::Tensor& flat);

} // namespace radforge
