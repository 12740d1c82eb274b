#include "validation.hpp"

#include <algorithm>
#include <cstddef>

namespace radforge {

namespace {

constexpr std::size_t images_of_block = 8; // validated at once

} // namespace

std::vector<Metric> validate(Task& task, const Mixture& data, std::span<const std::int64_t> ids, const at::Tensor& weights,
                             Communicator& ranks) {
  const ScopedWeights averaged(task.parameters(), weights);
  const std::size_t image = data.schema().num_bytes();
  // Blocks of images, each the work of one rank, added up in their order: the same bits on any number of ranks.
  const std::size_t num_blocks = (ids.size() + images_of_block - 1) / images_of_block;
  const std::size_t num_sums = 1 + task.num_sums(); // the loss, then those of the task
  const std::size_t num_outputs = task.num_outputs();
  std::vector<double> blocks(num_blocks * num_sums);
  std::vector<double> outputs(ids.size() * num_outputs);
  for (auto block = static_cast<std::size_t>(ranks.rank()); block < num_blocks; block += static_cast<std::size_t>(ranks.size())) {
    Batch batch;
    for (const std::int64_t id :
         ids.subspan(block * images_of_block).first(std::min(images_of_block, ids.size() - block * images_of_block))) {
      batch.turns.push_back({id, 0});
      batch.values.resize(batch.turns.size() * image);
      data.values(id, std::span(batch.values).last(image));
    }
    const PartLoss part = task.validate(batch);
    blocks[block * num_sums] = part.loss;
    std::ranges::copy(part.sums, blocks.begin() + static_cast<std::ptrdiff_t>(block * num_sums + 1));
    std::ranges::copy(part.outputs, outputs.begin() + static_cast<std::ptrdiff_t>(block * images_of_block * num_outputs));
  }
  ranks.all_reduce(buffer_of(std::span(blocks)), ReduceOp::sum);
  if (num_outputs > 0) {
    ranks.all_reduce(buffer_of(std::span(outputs)), ReduceOp::sum);
  }
  std::vector<double> sums(num_sums);
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    sums[i % num_sums] += blocks[i];
  }
  std::vector<Metric> metrics{{"validation_loss", sums[0] / static_cast<double>(ids.size())}};
  const auto append = [&](const std::vector<Metric>& more) { metrics.insert(metrics.end(), more.begin(), more.end()); };
  append(task.metrics_of(std::span(sums).subspan(1), "validation_loss"));
  if (num_outputs > 0) {
    append(task.metrics_of_outputs(ids, outputs));
  }
  return metrics;
}

} // namespace radforge
