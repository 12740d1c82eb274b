#pragma once

#include "radforge/config/train_config.hpp"
#include "radforge/data/loader.hpp"
#include "radforge/io/image.hpp"
#include "radforge/nn/activation_checkpoint.hpp"
#include "radforge/nn/parameter_set.hpp"
#include "radforge/nn/share.hpp"
#include "radforge/run/metric_log.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace radforge {

/// A part of the flat buffer that learns at its own rate, for as long as it learns.
struct ParameterGroup {
  FlatRange range;
  double learning_rate_scale = 1;
  std::int64_t until_step = 0; ///< frozen from this step (from 0) on; 0 = never

  bool learns_in(std::int64_t step) const { return until_step == 0 || step < until_step; }
};

/// As train.activation_checkpointing says.
Activations activations_of(const LoopConfig& loop);

/// What a part of a global batch adds to the numbers of its step.
struct PartLoss {
  double loss = 0;             ///< this part's share of the mean over the global batch
  std::vector<double> sums;    ///< Task::num_sums() further numbers, which add up over parts, ranks and steps
  std::vector<double> outputs; ///< of validation: Task::num_outputs() numbers an image
};

/// Where model, objective and batch meet. The Trainer owns the loop, the task what is learned. Every loss is a mean over images,
/// so a rank's part of it is its sum over the global batch's size: world size and accumulation do not change it.
class Task {
 public:
  virtual ~Task() = default;

  virtual ParameterSet& parameters() = 0;
  /// What learns; parameters of no group stay as they are.
  virtual std::vector<ParameterGroup> groups();

  /// Forward and backward of `batch`, a part of a global batch of `global_batch_size` images: adds to the flat gradient. Random
  /// numbers are keyed by each sample's (id, epoch).
  virtual PartLoss accumulate(const Batch& batch, std::int64_t global_batch_size) = 0;

  /// The sums over the batch of each image's loss with the weights in place, with fixed random numbers; no gradients.
  virtual PartLoss validate(const Batch& batch) = 0;

  virtual std::size_t num_sums() const { return 0; }
  /// What added-up sums say; names begin with `prefix`.
  virtual std::vector<Metric> metrics_of(std::span<const double> /*sums*/, const std::string& /*prefix*/) const { return {}; }

  /// Numbers of an image that validation keeps, for metrics that do not add up over images.
  virtual std::size_t num_outputs() const { return 0; }
  /// What the outputs of all images of validation say, ids.size() x num_outputs(); names begin with "validation_".
  virtual std::vector<Metric> metrics_of_outputs(std::span<const std::int64_t> /*ids*/,
                                                 std::span<const double> /*outputs*/) const {
    return {};
  }

  /// Multiply-adds count as two. 0 where nobody has counted.
  virtual double flop_per_image() const { return 0; }

  /// A picture of what is learned, with the flat buffer `weights`. Called on rank 0 alone. Nothing: this task has none.
  virtual std::optional<Image> picture(const at::Tensor& /*weights*/) { return std::nullopt; }

  /// Writes what the run is for (a model folder) into `folder`, from the flat buffer `weights`. Called on rank 0 alone.
  virtual void write_result(const std::filesystem::path& folder, const at::Tensor& weights) = 0;
};

} // namespace radforge
