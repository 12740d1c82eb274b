#include "radforge/evaluate/predict.hpp"

#include "radforge/comm/agreement.hpp"
#include "radforge/core/error.hpp"
#include "radforge/data/target_labels.hpp"

#include <ATen/ops/from_blob.h>

#include <algorithm>
#include <iterator>
#include <vector>

namespace radforge {

namespace {

constexpr std::size_t images_of_block = 32; // the sums of a convolution may depend on it

} // namespace

Predictions predict(const TrainedClassifier& classifier, const Mixture& data, std::span<const std::int64_t> ids,
                    Communicator& ranks, const std::function<void(std::int64_t)>& progress) {
  const ClassifierDescription& description = classifier.description();
  const TargetLabels target(description.label, description.names);
  const DatasetSchema& schema = data.schema();
  const std::size_t num_names = description.names.size();
  Predictions predictions{.label = description.label, .names = description.names};
  predictions.outputs.resize(ids.size() * num_names);
  agree(ranks, [&] {
    std::int64_t num_done = 0;
    const std::size_t stride = images_of_block * static_cast<std::size_t>(ranks.size());
    for (std::size_t first = images_of_block * static_cast<std::size_t>(ranks.rank()); first < ids.size(); first += stride) {
      const auto block = ids.subspan(first, std::min(images_of_block, ids.size() - first));
      std::vector<std::uint8_t> pixels(block.size() * schema.num_bytes());
      for (std::size_t i = 0; i < block.size(); ++i) {
        data.values(block[i], std::span(pixels).subspan(i * schema.num_bytes(), schema.num_bytes()));
      }
      const at::Tensor bytes = at::from_blob(
          pixels.data(), {static_cast<std::int64_t>(block.size()), schema.height, schema.width, schema.channels}, at::kByte);
      const at::Tensor outputs = classifier.forward(bytes).contiguous();
      const auto* values = outputs.const_data_ptr<float>();
      std::copy(values, values + outputs.numel(), predictions.outputs.begin() + static_cast<std::ptrdiff_t>(first * num_names));
      num_done += static_cast<std::int64_t>(block.size());
      progress(num_done);
    }
  });
  ranks.all_reduce(buffer_of(std::span(predictions.outputs)), ReduceOp::sum); // every other rank has zeros there
  for (const std::int64_t id : ids) {
    predictions.samples.push_back(data.record(id));
    predictions.datasets.push_back(data.folder_of(id).string());
    std::ranges::copy(target.of(data, id), std::back_inserter(predictions.labels));
  }
  return predictions;
}

} // namespace radforge
