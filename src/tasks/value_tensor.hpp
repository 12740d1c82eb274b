#pragma once

#include "radforge/io/dataset_index.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

namespace radforge {

/// Rows of a data set of latents or text states, fp32: N x channels x height x width, or N x height x width.
at::Tensor value_tensor(std::span<const std::uint8_t> rows, const DatasetSchema& schema);

/// A row as a shard holds it: the tensor's values, converted.
std::vector<std::uint8_t> value_bytes(const at::Tensor& row, ValueType type);

} // namespace radforge
