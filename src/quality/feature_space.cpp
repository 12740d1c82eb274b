#include "radforge/quality/feature_space.hpp"

#include "network_input.hpp"

#include "radforge/core/error.hpp"

namespace radforge {

namespace {

constexpr std::int64_t most_pixel_features = 16384;

} // namespace

FeatureSpace::FeatureSpace(const FeatureSpaceConfig& config, at::Device device)
    : config_(config), network_(config.network.empty() ? nullptr : ImageNetwork::open(config, device)) {}

at::Tensor FeatureSpace::features(const at::Tensor& bytes) const {
  if (network_) {
    return network_->features(bytes);
  }
  NetworkInputConfig input = config_.input;
  input.channels = bytes.size(3); // a grey image is not repeated: nothing has to take it
  at::Tensor features = network_input(bytes, input).flatten(1);
  if (features.size(1) > most_pixel_features) {
    throw ConfigError("features {}: {} pixels are too many to measure distances by (up to {}) set its input.size", config_.name,
                      features.size(1), most_pixel_features);
  }
  return features;
}

std::int64_t FeatureSpace::input_side(std::int64_t side) const {
  if (config_.input.size > 0) {
    return config_.input.size;
  }
  const ClassifierDescription* description = network_ ? network_->description() : nullptr;
  return description != nullptr ? description->image_size : side;
}

} // namespace radforge
