#include "radforge/models/classifier.hpp"

#include "radforge/core/error.hpp"
#include "radforge/models/densenet.hpp"
#include "radforge/models/resnet.hpp"

namespace radforge {

namespace {

std::unique_ptr<Classifier> make_resnet(const ClassifierConfig& config, const ParameterScope& scope, ResidualBlock block,
                                        const std::vector<std::int64_t>& num_blocks, std::int64_t width) {
  return std::make_unique<ResNet>(ResNetShape{block, num_blocks, width, config.in_channels, config.num_classes}, scope);
}

} // namespace

std::unique_ptr<Classifier> make_classifier(const ClassifierConfig& config, const ParameterScope& scope) {
  if (config.architecture == "densenet121") {
    DenseNetShape shape;
    shape.in_channels = config.in_channels;
    shape.num_classes = config.num_classes;
    return std::make_unique<DenseNet>(shape, scope);
  }
  if (config.architecture == "resnet18") {
    return make_resnet(config, scope, ResidualBlock::basic, {2, 2, 2, 2}, 64);
  }
  if (config.architecture == "resnet34") {
    return make_resnet(config, scope, ResidualBlock::basic, {3, 4, 6, 3}, 64);
  }
  if (config.architecture == "resnet50") {
    return make_resnet(config, scope, ResidualBlock::bottleneck, {3, 4, 6, 3}, 64);
  }
  if (config.architecture == "resnet") {
    return make_resnet(config, scope, ResidualBlock::basic, config.num_blocks, config.width);
  }
  throw ConfigError("classifier: architecture '{}' is not known (there are densenet121, resnet18, resnet34, resnet50 and resnet)",
                    config.architecture);
}

} // namespace radforge
