#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace radforge {

/// batch x shape of numbers that are the same in every run; another `id` gives others.
at::Tensor fixed_normals(std::uint64_t id, std::int64_t batch, const std::vector<std::int64_t>& shape);

} // namespace radforge
