#pragma once

#include "radforge/core/philox.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace radforge {

/// Standard normals, keys.size() x sample_shape, fp32: row i is the sequence of keys[i], so a sample's noise does not depend on
/// its batch. On every device the same bits.
at::Tensor keyed_normals(const std::vector<RandomKey>& keys, const std::vector<std::int64_t>& sample_shape,
                         at::Device device = at::kCPU);

} // namespace radforge
