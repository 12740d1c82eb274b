#include "radforge/quality/check_network.hpp"

#include "radforge/core/error.hpp"

#include <fmt/ranges.h>

namespace radforge {

namespace {

/// Of a network from elsewhere: an age has one output, which needs no word.
std::vector<std::string> names_of_foreign(const CheckConfig& config) {
  if (config.attribute == "age") {
    return {"age"};
  }
  const std::size_t least = config.attribute == "findings" ? 1 : 2;
  if (config.names.size() < least) {
    throw ConfigError(
        "network {} tells {}, and names lists {} of its outputs (words are compared) list what each output says, in "
        "the cohort's words",
        config.network, config.attribute, config.names.size());
  }
  return config.names;
}

std::vector<std::string> names_of_trained(const CheckConfig& config, const ClassifierDescription& description) {
  if (description.label != config.attribute) {
    throw ConfigError("network {} tells {}, not {} (other things would be compared) name a network of that", config.network,
                      description.label, config.attribute);
  }
  if (config.names.empty() || config.attribute == "age") {
    return description.names;
  }
  if (config.names.size() != description.names.size()) {
    throw ConfigError("network {}: names lists {} words for its {} outputs ({}) list one each, or none", config.network,
                      config.names.size(), description.names.size(), fmt::join(description.names, ", "));
  }
  return config.names;
}

} // namespace

CheckNetwork::CheckNetwork(const CheckConfig& config, at::Device device)
    : config_(config), network_(ImageNetwork::open(config, device)),
      names_(network_->description() != nullptr ? names_of_trained(config, *network_->description()) : names_of_foreign(config)) {
}

at::Tensor CheckNetwork::look(const at::Tensor& bytes) const {
  at::Tensor found = network_->outputs(bytes);
  if (found.size(1) != static_cast<std::int64_t>(names_.size())) {
    throw ConfigError("network {} has {} outputs, and names lists {} ({}) list what each output says", config_.network,
                      found.size(1), names_.size(), fmt::join(names_, ", "));
  }
  return found;
}

} // namespace radforge
