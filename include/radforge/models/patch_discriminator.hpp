#pragma once

#include "radforge/nn/parameter_set.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>

namespace radforge {

/// Tells images from reconstructions patch by patch (Isola et al. 2017): convolutions of 4 x 4 that halve the image and double
/// the channels, group norm and leaky ReLU between, then one number a patch.
class PatchDiscriminator {
 public:
  struct Shape {
    std::int64_t in_channels = 1;
    std::int64_t channels = 32; ///< of the first layer, a multiple of 8
    std::int64_t num_layers = 3;
  };
  /// Whether gradients of the output flow to the weights, or through them to the images alone.
  enum class Weights { learn, fixed };

  PatchDiscriminator(const Shape& shape, const ParameterScope& scope);
  ~PatchDiscriminator();

  /// Images N x in_channels x H x W to N x 1 x h x w: above 0 for real.
  at::Tensor forward(const at::Tensor& images, Weights weights) const;

 private:
  struct Blocks;
  std::unique_ptr<Blocks> blocks_;
};

} // namespace radforge
