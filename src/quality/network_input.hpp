#pragma once

#include "radforge/config/quality_config.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace radforge {

/// Images as a network from elsewhere takes them, from bytes N x H x W x C: resized by averaging areas (as MONAI's Resize does),
/// a grey one repeated, scaled to [low, high] and normalised; N x channels x size x size, fp32. An image of one value becomes
/// low. Errors: ConfigError (colour images for another number of channels).
at::Tensor network_input(const at::Tensor& bytes, const NetworkInputConfig& config);

/// Bytes N x H x W x C for a network that was trained here: resized to `side` likewise, and with "image" scaling each stretched
/// to 0 and 255.
at::Tensor network_bytes(const at::Tensor& bytes, const NetworkInputConfig& config, std::int64_t side);

} // namespace radforge
