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

/// Training drops, perturbs and augments as a task's configuration says; validation does none of it, so that its losses can be
/// compared.
enum class Purpose { training, validation };

/// All that the loss of a part of a batch is computed from, beside the weights: on their device, of shapes that the number of
/// images settles.
using StepInputs = std::vector<at::Tensor>;

struct StepLoss {
  at::Tensor total;  ///< of no dimension: the sum over images that is minimised; gradients flow from it
  at::Tensor values; ///< what Task::report() reads; detached, fp32 or fp64
};

/// What a part of a global batch adds to the numbers of its step.
struct PartLoss {
  double loss = 0;             ///< sum over images
  std::vector<double> sums;    ///< Task::num_sums() further numbers, which add up over parts, ranks and steps
  std::vector<double> outputs; ///< of validation: Task::num_outputs() numbers an image
};

/// Where model, objective and batch meet. The Trainer owns the loop, the task what is learned. Every loss is a mean over images,
/// so a rank's part of it is its sum over the global batch's size: world size and accumulation do not change it. What the host
/// prepares, what the device computes and what the host reads are apart, so that the device need not wait.
class Task {
 public:
  virtual ~Task() = default;

  virtual ParameterSet& parameters() = 0;
  /// What learns; parameters of no group stay as they are.
  virtual std::vector<ParameterGroup> groups();

  /// Host's work of a part of a batch: pixels, tokens, random numbers, which are keyed by each sample's (id, epoch). No
  /// gradients.
  virtual StepInputs inputs(const Batch& batch, Purpose purpose) = 0;

  /// The loss of what inputs() gave, with the weights in place. Work of the device alone: nothing waits for its numbers. Depends
  /// on `step` by stage_of(step) only, and in validation not at all.
  virtual StepLoss loss(const StepInputs& inputs, Purpose purpose, std::int64_t step) = 0;

  /// What `values` of the loss, on the CPU, say of the batch, whose pixels may be gone.
  virtual PartLoss report(const Batch& batch, Purpose purpose, const at::Tensor& values) = 0;

  /// Steps of one stage are the same computation on other numbers.
  virtual std::int64_t stage_of(std::int64_t /*step*/) const { return 0; }

  /// Forward and backward of a part of a global batch: adds its share of the gradient of the mean over `global_batch_size` images
  /// to the flat gradient. Returns what the loss is read from later.
  at::Tensor accumulate(const StepInputs& inputs, std::int64_t step, std::int64_t global_batch_size);
  /// The same of a whole batch at once, and read.
  PartLoss accumulate(const Batch& batch, std::int64_t global_batch_size);
  /// The sums over the batch of each image's loss with the weights in place, with fixed random numbers; no gradients.
  PartLoss validate(const Batch& batch);

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
