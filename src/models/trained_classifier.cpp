#include "radforge/models/trained_classifier.hpp"

#include "radforge/models/classifier_input.hpp"
#include "radforge/nn/channels_last.hpp"

#include <c10/core/GradMode.h>

namespace radforge {

TrainedClassifier::TrainedClassifier(const std::filesystem::path& folder, at::Device device)
    : description_(read_classifier_description(find_classifier(folder))),
      classifier_(make_classifier(description_.config, ParameterScope(parameters_))) {
  parameters_.allocate_frozen(at::kFloat, device);
  parameters_.load(parameters_.flat(), read_classifier_weights(find_classifier(folder)), "", folder.string());
  classifier_->fold_norms();
}

at::Tensor TrainedClassifier::features(const at::Tensor& bytes) const {
  const c10::NoGradGuard no_grad;
  return classifier_->features(channels_last(classifier_input(bytes.to(parameters_.device()), description_.config)),
                               ForwardMode::evaluate);
}

at::Tensor TrainedClassifier::forward(const at::Tensor& bytes) const {
  const c10::NoGradGuard no_grad;
  return classifier_->head(features(bytes)).mul(description_.value_scale).add(description_.value_offset);
}

} // namespace radforge
