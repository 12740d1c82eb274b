#include "network_input.hpp"

#include "radforge/core/error.hpp"

#include <ATen/ops/adaptive_avg_pool2d.h>
#include <ATen/ops/amax.h>
#include <ATen/ops/amin.h>
#include <ATen/ops/tensor.h>

namespace radforge {

namespace {

/// N x C x side x side, fp32, values of bytes.
at::Tensor resized(const at::Tensor& bytes, std::int64_t side) {
  const at::Tensor images = bytes.permute({0, 3, 1, 2}).to(at::kFloat);
  const bool fits = side == 0 || (images.size(2) == side && images.size(3) == side);
  return fits ? images : at::adaptive_avg_pool2d(images, {side, side});
}

at::Tensor scaled(const at::Tensor& images, const std::string& scaling, double low, double high) {
  if (scaling == "fixed") {
    return images.div(255).mul(high - low).add(low);
  }
  const at::Tensor least = at::amin(images, {1, 2, 3}, true);
  const at::Tensor range = at::amax(images, {1, 2, 3}, true).sub(least);
  const at::Tensor unit = images.sub(least).div(range.add(range.eq(0).to(at::kFloat)));
  return unit.mul(high - low).add(low);
}

} // namespace

at::Tensor network_input(const at::Tensor& bytes, const NetworkInputConfig& config) {
  if (bytes.size(3) != 1 && bytes.size(3) != config.channels) {
    throw ConfigError("a network takes {} channels and the images have {} (only a grey one is repeated) set "
                      "input.channels to what the network takes",
                      config.channels, bytes.size(3));
  }
  at::Tensor images = scaled(resized(bytes, config.size), config.scaling, config.low, config.high);
  images = images.expand({-1, config.channels, -1, -1});
  if (config.normalization == "imagenet") {
    const at::Tensor mean = at::tensor({0.485F, 0.456F, 0.406F}, images.options()).view({1, 3, 1, 1});
    const at::Tensor deviation = at::tensor({0.229F, 0.224F, 0.225F}, images.options()).view({1, 3, 1, 1});
    images = images.sub(mean).div(deviation);
  }
  return images.contiguous();
}

at::Tensor network_bytes(const at::Tensor& bytes, const NetworkInputConfig& config, std::int64_t side) {
  const at::Tensor images = scaled(resized(bytes, side), config.scaling, 0, 255);
  return images.round().clamp(0, 255).to(at::kByte).permute({0, 2, 3, 1});
}

} // namespace radforge
