#include "radforge/models/trained_classifier.hpp"

#include "radforge/core/error.hpp"
#include "radforge/models/classifier_input.hpp"
#include "radforge/nn/channels_last.hpp"

#include <c10/core/GradMode.h>

namespace radforge {

namespace {

std::filesystem::path require_classifier(const std::filesystem::path& folder) {
  std::filesystem::path result = find_classifier(folder);
  if (result.empty()) {
    throw DataError(
        "{}: no classifier is in it (neither classifier/config.json nor pipeline/classifier/config.json is there) name "
        "the folder of a finished run",
        folder.string());
  }
  return result;
}

} // namespace

TrainedClassifier::TrainedClassifier(const std::filesystem::path& folder)
    : description_(read_classifier_description(require_classifier(folder))),
      classifier_(make_classifier(description_.config, ParameterScope(parameters_))) {
  parameters_.allocate_frozen();
  parameters_.load(parameters_.flat(), read_classifier_weights(require_classifier(folder)), "", folder.string());
  classifier_->fold_norms();
}

at::Tensor TrainedClassifier::forward(const at::Tensor& bytes) const {
  const c10::NoGradGuard no_grad;
  const at::Tensor images = channels_last(classifier_input(bytes, description_.config));
  return classifier_->forward(images, ForwardMode::evaluate).mul(description_.value_scale).add(description_.value_offset);
}

} // namespace radforge
