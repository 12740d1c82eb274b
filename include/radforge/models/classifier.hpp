#pragma once

#include "radforge/config/model_config.hpp"
#include "radforge/nn/batch_norm.hpp"
#include "radforge/nn/parameter_set.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace radforge {

/// An image classifier: features, pooled over the image, and a linear head. Weight names are torchvision's. `forward` in
/// ForwardMode::train moves the running statistics, which are state of the ParameterSet.
class Classifier {
 public:
  virtual ~Classifier() = default;

  /// Images N x in_channels x H x W to N x num_features(). The first `num_frozen` stages get no gradient, and their norms take
  /// their running statistics whatever the mode.
  virtual at::Tensor features(const at::Tensor& images, ForwardMode mode, std::int64_t num_frozen = 0) const = 0;
  /// Features to logits, N x num_classes.
  virtual at::Tensor head(const at::Tensor& features) const = 0;
  virtual std::int64_t num_features() const = 0;
  /// Prefixes of the parameters' names by stage, from the image on: the stem, what follows it at each size, the head.
  virtual std::vector<std::vector<std::string>> stages() const = 0;

  /// Folds norms into the convolutions before them, where there is one: for looking at images with weights that change no more.
  virtual void fold_norms() = 0;

  at::Tensor forward(const at::Tensor& images, ForwardMode mode, std::int64_t num_frozen = 0) const {
    return head(features(images, mode, num_frozen));
  }
};

/// The architecture of that name, its parameters registered. Errors: ConfigError (unknown architecture).
std::unique_ptr<Classifier> make_classifier(const ClassifierConfig& config, const ParameterScope& scope);

} // namespace radforge
