#pragma once

#include "radforge/nn/parameter_set.hpp"

#include <cstdint>
#include <vector>

namespace radforge {

/// A part of the flat gradient that ranks add up at once.
struct GradientBucket {
  FlatRange range;
  std::int64_t first_entry = 0; ///< of the ParameterSet
  std::int64_t num_entries = 0;
};

/// The buckets from the end of the flat gradient on, where backward begins, each of at least `bucket_bytes` in fp32 but for the
/// last; whole parameters, padding included. `end`: elements of the flat gradient.
std::vector<GradientBucket> gradient_buckets(const std::vector<ParameterSet::Entry>& entries, std::int64_t end,
                                             std::int64_t bucket_bytes);

} // namespace radforge
