#include "radforge/evaluate/predict.hpp"

#include "radforge/data/target_labels.hpp"
#include "radforge/models/look_at_images.hpp"

#include <algorithm>
#include <iterator>

namespace radforge {

Predictions predict(const TrainedClassifier& classifier, const Mixture& data, std::span<const std::int64_t> ids,
                    Communicator& ranks, const std::function<void(std::int64_t)>& progress) {
  const ClassifierDescription& description = classifier.description();
  const TargetLabels target(description.label, description.names);
  Predictions predictions{.label = description.label, .names = description.names};
  const at::Tensor outputs = look_at_images(
      data, ids, [&classifier](const at::Tensor& bytes) { return classifier.forward(bytes); }, ranks, progress);
  const auto* values = outputs.const_data_ptr<float>();
  predictions.outputs.assign(values, values + outputs.numel());
  for (const std::int64_t id : ids) {
    predictions.samples.push_back(data.record(id));
    predictions.datasets.push_back(data.folder_of(id).string());
    std::ranges::copy(target.of(data, id), std::back_inserter(predictions.labels));
  }
  return predictions;
}

} // namespace radforge
