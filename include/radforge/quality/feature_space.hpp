#pragma once

#include "radforge/config/image_quality_config.hpp"
#include "radforge/quality/image_network.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>

namespace radforge {

/// A space in which images are near or far: of what a network's head is shown, or of the pixels themselves.
class FeatureSpace {
 public:
  /// Errors: those of ImageNetwork::open.
  explicit FeatureSpace(const FeatureSpaceConfig& config, at::Device device = at::kCPU);

  /// Bytes N x H x W x C to N x features, fp32. Errors: those of ImageNetwork::features; ConfigError (too many pixels).
  at::Tensor features(const at::Tensor& bytes) const;
  /// Side of images of `side` as the network, or whoever compares pixels, sees them.
  std::int64_t input_side(std::int64_t side) const;
  /// Of the network's weights; "pixels" without one.
  std::string digest() const { return network_ ? network_->digest() : "pixels"; }

 private:
  FeatureSpaceConfig config_;
  std::unique_ptr<const ImageNetwork> network_; ///< null for pixels
};

} // namespace radforge
