#include "radforge/config/image_network_config.hpp"

#include "radforge/config/schema.hpp"

namespace radforge {

void describe(Schema& schema, NetworkInputConfig& config) {
  schema.field("size", config.size, IntRange{0, 4096}, "side of what the network sees; 0 for its own, or the image's");
  schema.field("channels", config.channels, IntRange{1, 3}, "of a network from elsewhere; a grey image is repeated");
  schema.field("scaling", config.scaling, Choices{"image", "fixed"},
               "what becomes low and high: the least and the greatest value of each image, or 0 and 255");
  schema.field("low", config.low, RealRange{-1e6, 1e6}, "least value that a network from elsewhere sees");
  schema.field("high", config.high, RealRange{-1e6, 1e6}, "greatest value that it sees");
  schema.field("normalization", config.normalization, Choices{"none", "imagenet"}, "of the scaled values");
  schema.check(config.low < config.high, "low is not below high (an image would be turned over) swap them");
}

void describe(Schema& schema, ImageNetworkConfig& config) {
  schema.field("network", config.network,
               "folder of a trained classifier, TorchScript module, or safetensors file under torchvision's names");
  schema.field("sha256", config.sha256, "of a TorchScript module");
  schema.field("architecture", config.architecture, "of a safetensors file: densenet121, resnet18, resnet34 or resnet50");
  schema.section("input", config.input, "how the network sees an image");
}

} // namespace radforge
