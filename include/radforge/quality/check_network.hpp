#pragma once

#include "radforge/config/quality_config.hpp"
#include "radforge/quality/image_network.hpp"

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>
#include <vector>

namespace radforge {

/// A network that tells an attribute of images.
class CheckNetwork {
 public:
  /// Errors: those of ImageNetwork::open; ConfigError also for a network of another attribute, and names that do not fit its
  /// outputs.
  explicit CheckNetwork(const CheckConfig& config, at::Device device = at::kCPU);

  const CheckConfig& config() const { return config_; }
  /// What the outputs say, in the cohort's words; of an age one.
  const std::vector<std::string>& names() const { return names_; }
  const std::string& digest() const { return network_->digest(); }
  /// Bytes N x H x W x C to N x names, fp32: logits, or years. Errors: those of ImageNetwork::outputs; ConfigError also for
  /// another number of outputs.
  at::Tensor look(const at::Tensor& bytes) const;

 private:
  CheckConfig config_;
  std::unique_ptr<const ImageNetwork> network_;
  std::vector<std::string> names_;
};

} // namespace radforge
