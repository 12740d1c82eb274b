#pragma once

#include "radforge/config/quality_config.hpp"

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace radforge {

/// A network that tells an attribute of images: a classifier that was trained here, one of torchvision's shape, or a TorchScript
/// module.
class CheckNetwork {
 public:
  /// Errors: ConfigError (a network of another attribute, names that do not fit its outputs, an architecture or a digest that is
  /// missing), DataError, IoError.
  static std::unique_ptr<CheckNetwork> open(const CheckConfig& config);
  virtual ~CheckNetwork() = default;

  /// What the outputs say, in the cohort's words; of an age one.
  const std::vector<std::string>& names() const { return names_; }
  /// Of the file with the weights, XXH3-128.
  const std::string& digest() const { return digest_; }
  /// Bytes N x H x W x C to N x names, fp32: logits, or years. Errors: ConfigError (another number of outputs), DataError (a
  /// module that throws).
  at::Tensor look(const at::Tensor& bytes) const;

 protected:
  CheckNetwork(const CheckConfig& config, const std::filesystem::path& weights, std::vector<std::string> names);
  const CheckConfig& config() const { return config_; }

 private:
  virtual at::Tensor outputs(const at::Tensor& bytes) const = 0;

  CheckConfig config_;
  std::vector<std::string> names_;
  std::string digest_;
};

} // namespace radforge
