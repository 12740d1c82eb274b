#include "radforge/quality/check_network.hpp"

#include "check_input.hpp"

#include "radforge/core/error.hpp"
#include "radforge/core/hash.hpp"
#include "radforge/models/classifier.hpp"
#include "radforge/models/classifier_weights.hpp"
#include "radforge/models/scripted_module.hpp"
#include "radforge/models/trained_classifier.hpp"
#include "radforge/nn/channels_last.hpp"
#include "radforge/nn/state_dict.hpp"

#include <c10/core/GradMode.h>
#include <fmt/ranges.h>

#include <utility>

namespace radforge {

namespace fs = std::filesystem;

namespace {

/// Of networks from elsewhere: an age has one output, which needs no word.
std::vector<std::string> names_of(const CheckConfig& config) {
  if (config.attribute == "age") {
    return {"age"};
  }
  if (config.names.size() < 2) {
    throw ConfigError(
        "quality.networks: {} tells a {}, and names lists {} of its outputs (the check compares words) list what each "
        "output says, in the cohort's words",
        config.network, config.attribute, config.names.size());
  }
  return config.names;
}

class TrainedNetwork final : public CheckNetwork {
 public:
  TrainedNetwork(const CheckConfig& config, const fs::path& folder, const ClassifierDescription& description)
      : CheckNetwork(config, folder / "classifier/model.safetensors", names_of_trained(config, description)), network_(folder),
        side_(config.input.size > 0 ? config.input.size : description.image_size) {}

 private:
  static std::vector<std::string> names_of_trained(const CheckConfig& config, const ClassifierDescription& description) {
    if (description.label != config.attribute) {
      throw ConfigError("quality.networks: {} tells {}, not {} (the check would compare other things) name a network of that",
                        config.network, description.label, config.attribute);
    }
    if (config.names.empty() || config.attribute == "age") {
      return description.names;
    }
    if (config.names.size() != description.names.size()) {
      throw ConfigError("quality.networks: names lists {} words for the {} outputs of {} ({}) list one each, or none",
                        config.names.size(), description.names.size(), config.network, fmt::join(description.names, ", "));
    }
    return config.names;
  }

  at::Tensor outputs(const at::Tensor& bytes) const override {
    return network_.forward(check_bytes(bytes, config().input, side_));
  }

  TrainedClassifier network_;
  std::int64_t side_;
};

class ForeignNetwork final : public CheckNetwork {
 public:
  explicit ForeignNetwork(const CheckConfig& config)
      : CheckNetwork(config, config.network, names_of(config)),
        network_(make_classifier({.architecture = config.architecture,
                                  .in_channels = config.input.channels,
                                  .num_classes = static_cast<std::int64_t>(names().size())},
                                 ParameterScope(parameters_))) {
    parameters_.allocate_frozen();
    parameters_.load(parameters_.flat(), to_torchvision_names(read_state_dict(config.network), config.network), "",
                     config.network);
    network_->fold_norms();
  }

 private:
  at::Tensor outputs(const at::Tensor& bytes) const override {
    return network_->forward(channels_last(check_input(bytes, config().input)), ForwardMode::evaluate);
  }

  ParameterSet parameters_;
  std::unique_ptr<Classifier> network_;
};

class ScriptedNetwork final : public CheckNetwork {
 public:
  explicit ScriptedNetwork(const CheckConfig& config)
      : CheckNetwork(config, config.network, names_of(config)), network_(config.network, config.sha256) {}

 private:
  at::Tensor outputs(const at::Tensor& bytes) const override { return network_.forward(check_input(bytes, config().input)); }

  ScriptedModule network_;
};

} // namespace

std::unique_ptr<CheckNetwork> CheckNetwork::open(const CheckConfig& config) {
  if (fs::is_directory(config.network)) {
    const fs::path folder = find_classifier(config.network);
    return std::make_unique<TrainedNetwork>(config, folder, read_classifier_description(folder));
  }
  if (!config.architecture.empty()) {
    return std::make_unique<ForeignNetwork>(config);
  }
  if (config.sha256.empty()) {
    throw ConfigError(
        "quality.networks: {} has neither architecture nor sha256 (the one says what safetensors are of, the other that a "
        "TorchScript module is the right one) give one of them, or name the folder of a trained run",
        config.network);
  }
  return std::make_unique<ScriptedNetwork>(config);
}

CheckNetwork::CheckNetwork(const CheckConfig& config, const fs::path& weights, std::vector<std::string> names)
    : config_(config), names_(std::move(names)), digest_(digest_file(weights)) {}

at::Tensor CheckNetwork::look(const at::Tensor& bytes) const {
  const c10::NoGradGuard no_grad;
  const at::Tensor found = outputs(bytes).to(at::kFloat).reshape({bytes.size(0), -1}).contiguous();
  if (found.size(1) != static_cast<std::int64_t>(names_.size())) {
    throw ConfigError("quality.networks: {} has {} outputs, and names lists {} ({}) list what each output says", config_.network,
                      found.size(1), names_.size(), fmt::join(names_, ", "));
  }
  return found;
}

} // namespace radforge
