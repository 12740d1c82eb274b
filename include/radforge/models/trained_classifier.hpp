#pragma once

#include "radforge/models/classifier.hpp"
#include "radforge/models/classifier_folder.hpp"
#include "radforge/nn/parameter_set.hpp"

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <memory>

namespace radforge {

/// A classifier that is looked through and not trained. What it returns is where its weights are.
class TrainedClassifier {
 public:
  /// Of a run's folder or its result. Errors: DataError (none is there, weights that do not fit), IoError.
  explicit TrainedClassifier(const std::filesystem::path& folder, at::Device device = at::kCPU);

  const ClassifierDescription& description() const { return description_; }
  /// Bytes N x H x W x C to N x names, fp32: logits, or values in their unit. No gradients.
  at::Tensor forward(const at::Tensor& bytes) const;
  /// The same to N x features, fp32: what the head is shown.
  at::Tensor features(const at::Tensor& bytes) const;

 private:
  ClassifierDescription description_;
  ParameterSet parameters_;
  std::unique_ptr<Classifier> classifier_;
};

} // namespace radforge
