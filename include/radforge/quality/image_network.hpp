#pragma once

#include "radforge/config/image_network_config.hpp"
#include "radforge/models/classifier_folder.hpp"

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace radforge {

/// A network that images are shown to: a classifier that was trained here, one of torchvision's shape, or a TorchScript module.
class ImageNetwork {
 public:
  /// Computes on `device`. Errors: ConfigError (an architecture or a digest that is missing), DataError, IoError.
  static std::unique_ptr<ImageNetwork> open(const ImageNetworkConfig& config, at::Device device = at::kCPU);
  virtual ~ImageNetwork() = default;

  /// Bytes N x H x W x C to N x outputs, fp32, on the CPU: logits, or a value in its unit. Errors: ConfigError (colour images for
  /// another number of channels), DataError (a module that throws).
  at::Tensor outputs(const at::Tensor& bytes) const;
  /// The same to N x features, fp32: what the head is shown; of a TorchScript module its outputs, averaged over an image's places
  /// where it has any. Errors: as of outputs.
  at::Tensor features(const at::Tensor& bytes) const;

  /// Of the file with the weights, XXH3-128.
  const std::string& digest() const { return digest_; }
  /// Of a classifier that was trained here: what it tells.
  virtual const ClassifierDescription* description() const { return nullptr; }

 protected:
  ImageNetwork(const std::filesystem::path& weights, at::Device device);

 private:
  // Of bytes on the device.
  virtual at::Tensor compute_outputs(const at::Tensor& bytes) const = 0;
  virtual at::Tensor compute_features(const at::Tensor& bytes) const = 0;

  std::string digest_;
  at::Device device_;
};

} // namespace radforge
