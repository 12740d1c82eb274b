#pragma once

#include "adamw_kernel.hpp"

namespace radforge {

/// What a step changes: everything, or the average and the copy alone.
enum class AdamWUpdate { all, average };

/// One step on memory of a device, the factors too.
struct AdamWJob {
  AdamWUpdate update;
  const AdamWFactors* factors;
  AdamWSpan span;
};

} // namespace radforge
