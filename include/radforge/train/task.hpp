#pragma once

#include "radforge/data/loader.hpp"
#include "radforge/nn/parameter_set.hpp"

#include <cstdint>
#include <filesystem>

namespace radforge {

/// Where model, objective and batch meet. The Trainer owns the loop, the task what is learned. Every loss is a mean over images,
/// so a rank's part of it is its sum over the global batch's size: world size and accumulation do not change it.
class Task {
 public:
  virtual ~Task() = default;

  virtual ParameterSet& parameters() = 0;

  /// Forward and backward of `batch`, a part of a global batch of `global_batch_size` images: adds to the flat gradient and
  /// returns this part's share of the loss. Random numbers are keyed by each sample's (id, epoch).
  virtual double accumulate(const Batch& batch, std::int64_t global_batch_size) = 0;

  /// The sum over the batch of each image's loss with the weights in place, with fixed random numbers; no gradients.
  virtual double validation_loss_sum(const Batch& batch) = 0;

  /// Writes what the run is for (a model folder) into `folder`, from the flat buffer `weights`. Called on rank 0 alone.
  virtual void write_result(const std::filesystem::path& folder, const at::Tensor& weights) = 0;
};

} // namespace radforge
