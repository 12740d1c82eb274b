#pragma once

#include "radforge/data/loader.hpp"
#include "radforge/io/dataset_index.hpp"

#include <ATen/core/Tensor.h>

namespace radforge {

/// The batch's images as its bytes are: N x H x W x C, a view of them.
at::Tensor image_bytes(const Batch& batch, const DatasetSchema& schema);

/// The batch's images as N x C x H x W in [-1, 1], fp32. They travel to the device as bytes.
at::Tensor image_tensor(const Batch& batch, const DatasetSchema& schema, at::Device device = at::kCPU);

} // namespace radforge
