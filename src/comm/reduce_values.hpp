#pragma once

#include "radforge/comm/communicator.hpp"

#include <cstddef>
#include <span>

namespace radforge {

/// out[i] = parts[0][i] op parts[1][i] op ..., in this order; `out` may be one of the parts. `out` gives count and element type. Integers
/// wrap around, bf16 is reduced in fp32 and rounded once, a NaN makes a NaN.
void reduce_values(std::span<const std::byte* const> parts, Buffer out, ReduceOp op);

} // namespace radforge
