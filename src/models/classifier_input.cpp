#include "radforge/models/classifier_input.hpp"

#include "radforge/core/error.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/tensor.h>

namespace radforge {

at::Tensor classifier_input(const at::Tensor& bytes, const ClassifierConfig& config) {
  const std::int64_t channels = bytes.size(3);
  if (channels != config.in_channels && channels != 1) {
    throw ConfigError(
        "classifier.in_channels is {} and the images have {} channels (only a grey one is repeated) make them equal",
        config.in_channels, channels);
  }
  at::Tensor images =
      at::empty({bytes.size(0), config.in_channels, bytes.size(1), bytes.size(2)}, bytes.options().dtype(at::kFloat));
  images.copy_(bytes.permute({0, 3, 1, 2}).expand({-1, config.in_channels, -1, -1}));
  if (config.normalization == "image") {
    const at::Tensor mean = images.mean({1, 2, 3}, true);
    const at::Tensor deviation = images.sub(mean).square().mean({1, 2, 3}, true).sqrt();
    return images.sub_(mean).div_(deviation.clamp_min(1)); // of 255 levels; an image of one level becomes zero
  }
  if (config.normalization == "imagenet") {
    // of pixels from 0 to 1, as torchvision's weights were trained with
    const at::Tensor mean = at::tensor({0.485F, 0.456F, 0.406F}, images.options()).view({1, 3, 1, 1});
    const at::Tensor deviation = at::tensor({0.229F, 0.224F, 0.225F}, images.options()).view({1, 3, 1, 1});
    return images.div_(255).sub_(mean).div_(deviation);
  }
  images.div_(127.5).sub_(1);
  return config.normalization == "torchxrayvision" ? images.mul_(1024) : images;
}

} // namespace radforge
