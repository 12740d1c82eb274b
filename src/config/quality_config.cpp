#include "radforge/config/quality_config.hpp"

#include "radforge/config/schema.hpp"

#include <algorithm>

namespace radforge {

void describe(Schema& schema, CheckInputConfig& config) {
  schema.field("size", config.size, IntRange{0, 4096}, "side of what the network sees; 0 for its own, or the image's");
  schema.field("channels", config.channels, IntRange{1, 3}, "of a network from elsewhere; a grey image is repeated");
  schema.field("scaling", config.scaling, Choices{"image", "fixed"},
               "what becomes low and high: the least and the greatest value of each image, or 0 and 255");
  schema.field("low", config.low, RealRange{-1e6, 1e6}, "least value that a network from elsewhere sees");
  schema.field("high", config.high, RealRange{-1e6, 1e6}, "greatest value that it sees");
  schema.field("normalization", config.normalization, Choices{"none", "imagenet"}, "of the scaled values");
  schema.check(config.low < config.high, "low is not below high (an image would be turned over) swap them");
}

void describe(Schema& schema, CheckConfig& config) {
  schema.field("attribute", config.attribute, Choices{"sex", "race", "view", "age"}, "what the network tells");
  schema.field("network", config.network,
               "folder of a trained classifier, TorchScript module, or safetensors file under torchvision's names");
  schema.field("sha256", config.sha256, "of a TorchScript module");
  schema.field("architecture", config.architecture, "of a safetensors file: densenet121, resnet18, resnet34 or resnet50");
  schema.field("names", config.names,
               "what the outputs say, in the cohort's words; empty for those of a classifier trained here");
  schema.field("tolerance_years", config.tolerance_years, RealRange{0, 200}, "of an age: distance that passes");
  schema.section("input", config.input, "how the network sees an image");
  schema.check(!config.network.empty(), "network is missing (it tells the attribute) name its folder or file");
}

void describe(Schema& schema, QualityConfig& config) {
  schema.list("networks", config.networks, "each an attribute that is checked");
  schema.field("max_retries", config.max_retries, IntRange{0, 4094},
               "how often an image that fails is made again before its row is rejected");
  const auto is_twice = [&](const CheckConfig& one) {
    return std::ranges::count(config.networks, one.attribute, &CheckConfig::attribute) > 1;
  };
  schema.check(std::ranges::none_of(config.networks, is_twice),
               "networks checks an attribute twice (its score has one column) take one of them out");
}

} // namespace radforge
