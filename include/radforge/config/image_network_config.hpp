#pragma once

#include <cstdint>
#include <string>

namespace radforge {

class Schema;

/// How a network that comes from elsewhere sees an image; one that was trained here knows.
struct NetworkInputConfig {
  std::int64_t size = 0;         ///< side, reached by averaging areas; 0: the network's own, or the image's
  std::int64_t channels = 3;     ///< a grey image is repeated
  std::string scaling = "image"; ///< the least and the greatest value of each image become low and high; or "fixed": 0 and 255 do
  double low = 0;
  double high = 255;
  std::string normalization = "none"; ///< or "imagenet": the scaled values less its mean, by its deviation
};

/// A network that images are shown to.
struct ImageNetworkConfig {
  std::string network;      ///< folder of a trained run; or a TorchScript module; or safetensors of torchvision's names
  std::string sha256;       ///< of a TorchScript module, which is a program
  std::string architecture; ///< of safetensors
  NetworkInputConfig input;
};

void describe(Schema& schema, NetworkInputConfig& config);
/// The fields beside those of whoever the network serves.
void describe(Schema& schema, ImageNetworkConfig& config);

} // namespace radforge
