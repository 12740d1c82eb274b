#pragma once

#include "radforge/nn/keyed_random.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace radforge {

/// Standard normals of any shape; another `id`, other numbers.
inline at::Tensor random_tensor(std::uint64_t id, const std::vector<std::int64_t>& shape) {
  return keyed_normals({{1, Stream::noise, id, 0}}, shape).squeeze(0);
}

} // namespace radforge
