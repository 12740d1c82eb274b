#include "radforge/quality/image_network.hpp"

#include "network_input.hpp"

#include "radforge/core/error.hpp"
#include "radforge/core/hash.hpp"
#include "radforge/models/classifier.hpp"
#include "radforge/models/classifier_weights.hpp"
#include "radforge/models/scripted_module.hpp"
#include "radforge/models/trained_classifier.hpp"
#include "radforge/nn/channels_last.hpp"
#include "radforge/nn/state_dict.hpp"

#include <c10/core/GradMode.h>

namespace radforge {

namespace fs = std::filesystem;

namespace {

class TrainedNetwork final : public ImageNetwork {
 public:
  TrainedNetwork(const ImageNetworkConfig& config, const fs::path& folder, at::Device device)
      : ImageNetwork(folder / "classifier/model.safetensors", device), input_(config.input), network_(folder, device) {}

  const ClassifierDescription* description() const override { return &network_.description(); }

 private:
  at::Tensor bytes_for(const at::Tensor& bytes) const {
    return network_bytes(bytes, input_, input_.size > 0 ? input_.size : network_.description().image_size);
  }
  at::Tensor compute_outputs(const at::Tensor& bytes) const override { return network_.forward(bytes_for(bytes)); }
  at::Tensor compute_features(const at::Tensor& bytes) const override { return network_.features(bytes_for(bytes)); }

  NetworkInputConfig input_;
  TrainedClassifier network_;
};

/// Outputs of the head that the weights have.
std::int64_t num_outputs_of(const StateDict& weights, const std::string& file) {
  for (const char* name : {"fc.weight", "classifier.weight"}) {
    if (const auto head = weights.find(name); head != weights.end() && head->second.dim() == 2) {
      return head->second.size(0);
    }
  }
  throw DataError("{} has neither fc.weight nor classifier.weight (the head of a ResNet, of a DenseNet) name a file with one",
                  file);
}

class ForeignNetwork final : public ImageNetwork {
 public:
  ForeignNetwork(const ImageNetworkConfig& config, const StateDict& weights, at::Device device)
      : ImageNetwork(config.network, device), input_(config.input),
        network_(make_classifier({.architecture = config.architecture,
                                  .in_channels = config.input.channels,
                                  .num_classes = num_outputs_of(weights, config.network)},
                                 ParameterScope(parameters_))) {
    parameters_.allocate_frozen(at::kFloat, device);
    parameters_.load(parameters_.flat(), weights, "", config.network);
    network_->fold_norms();
  }

 private:
  at::Tensor compute_outputs(const at::Tensor& bytes) const override { return network_->head(compute_features(bytes)); }
  at::Tensor compute_features(const at::Tensor& bytes) const override {
    return network_->features(channels_last(network_input(bytes, input_)), ForwardMode::evaluate);
  }

  NetworkInputConfig input_;
  ParameterSet parameters_;
  std::unique_ptr<Classifier> network_;
};

class ScriptedNetwork final : public ImageNetwork {
 public:
  ScriptedNetwork(const ImageNetworkConfig& config, at::Device device)
      : ImageNetwork(config.network, device), input_(config.input), network_(config.network, config.sha256, device) {}

 private:
  at::Tensor compute_outputs(const at::Tensor& bytes) const override { return network_.forward(network_input(bytes, input_)); }
  at::Tensor compute_features(const at::Tensor& bytes) const override {
    const at::Tensor found = compute_outputs(bytes);
    return found.dim() == 4 ? found.mean(at::IntArrayRef{2, 3}) : found;
  }

  NetworkInputConfig input_;
  ScriptedModule network_;
};

at::Tensor as_rows(const at::Tensor& found, std::int64_t num_images) {
  if (found.dim() == 0 || found.numel() % num_images != 0) {
    throw DataError("a network returns {} values for {} images (each image should have as many) take another one", found.numel(),
                    num_images);
  }
  return found.to(at::kCPU, at::kFloat).reshape({num_images, -1}).contiguous();
}

} // namespace

std::unique_ptr<ImageNetwork> ImageNetwork::open(const ImageNetworkConfig& config, at::Device device) {
  if (fs::is_directory(config.network)) {
    return std::make_unique<TrainedNetwork>(config, find_classifier(config.network), device);
  }
  if (!config.architecture.empty()) {
    return std::make_unique<ForeignNetwork>(config, to_torchvision_names(read_state_dict(config.network), config.network),
                                            device);
  }
  if (config.sha256.empty()) {
    throw ConfigError("network {} has neither architecture nor sha256 (the one says what safetensors are of, the other that a "
                      "TorchScript module is the right one) give one of them, or name the folder of a trained run",
                      config.network);
  }
  return std::make_unique<ScriptedNetwork>(config, device);
}

ImageNetwork::ImageNetwork(const fs::path& weights, at::Device device) : digest_(digest_file(weights)), device_(device) {}

at::Tensor ImageNetwork::outputs(const at::Tensor& bytes) const {
  const c10::NoGradGuard no_grad;
  return as_rows(compute_outputs(bytes.to(device_)), bytes.size(0));
}

at::Tensor ImageNetwork::features(const at::Tensor& bytes) const {
  const c10::NoGradGuard no_grad;
  return as_rows(compute_features(bytes.to(device_)), bytes.size(0));
}

} // namespace radforge
