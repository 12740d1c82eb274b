#pragma once

#include "radforge/comm/communicator.hpp"

#include <cstddef>
#include <span>

namespace radforge {

/// out[i] = copy[i] = parts[0][i] op parts[1][i] op ..., in this order, for two parts or more; `out` gives count and element
/// type, and may be one of the parts; a null `copy` is left out. Integers wrap around, bf16 is reduced in fp32 and rounded once,
/// a NaN makes a NaN.
void reduce_values(std::span<const std::byte* const> parts, Buffer out, std::byte* copy, ReduceOp op);

} // namespace radforge
