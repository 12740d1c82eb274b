#pragma once

#include "radforge/comm/communicator.hpp"
#include "radforge/data/mixture.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <span>

namespace radforge {

/// The samples `ids` as bytes N x H x W x C. Errors: DataError, IoError.
at::Tensor image_bytes(const Mixture& data, std::span<const std::int64_t> ids);

/// What `look` (bytes N x H x W x C to N x outputs, fp32) says of the samples `ids`, in their order: a row each. Each rank shows
/// it a share; all get all. Collective; the values do not depend on the number of ranks. `progress` is told how many images of
/// this rank are through. Errors: DataError, IoError, what `look` throws.
at::Tensor look_at_images(const Mixture& data, std::span<const std::int64_t> ids,
                          const std::function<at::Tensor(const at::Tensor& bytes)>& look, Communicator& ranks,
                          const std::function<void(std::int64_t)>& progress);

} // namespace radforge
