#pragma once

#include "radforge/models/multiply_adds.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace radforge {

/// A part of the models in a training run.
struct PartCost {
  std::string name;
  MultiplyAdds forward; ///< of an image
  PartUse use = PartUse::trained;
  double share = 1; ///< of the run's images at which it is evaluated: below 1 where results are kept
};

/// The arithmetic of a run, in FLOP.
struct RunArithmetic {
  double an_image = 0; ///< of the model: without what is computed again
  double a_step = 0;
  double in_all = 0;
  double computed_again = 0; ///< in all, on top: forward passes that backward repeats
};

RunArithmetic run_arithmetic(const std::vector<PartCost>& parts, std::int64_t steps, std::int64_t batch_size,
                             Activations activations = Activations::kept);

/// What a rank holds beside activations and images. Bytes are those of a parameter.
struct StateSize {
  std::int64_t num_trained = 0;
  std::int64_t num_frozen = 0;
  std::int64_t bytes_on_each_rank = 8;  ///< fp32: weights and their gradients
  std::int64_t bytes_of_optimizer = 12; ///< fp32: two moments of AdamW and the averaged weights
  std::int64_t bytes_frozen = 4;
};

/// Whether each rank holds all of the optimizer's state and the average, or its share of them (ZeRO-1, Rajbhandari et al. 2020).
enum class OptimizerState { replicated, sharded };

double bytes_a_rank(const StateSize& size, OptimizerState optimizer, std::int64_t num_ranks);

/// Checkpoint sets on the disk.
struct CheckpointSize {
  double set_bytes = 0;
  std::int64_t set_files = 0; ///< beside one a rank
  std::int64_t num_sets = 0;  ///< the most at a time: those kept and the one being written
};

/// A set holds weights, two moments and the average, in fp32, in a file of each rank's share, what all ranks hold alike, and a
/// manifest.
CheckpointSize checkpoint_size(std::int64_t num_trained, std::int64_t keep);

/// Starts of at most `hours_each` that a run of `hours` takes; at least one.
std::int64_t num_segments(double hours, double hours_each);

/// Numbers of ranks that divide the batch: 1, 2, 4, ... up to 64.
std::vector<std::int64_t> rank_counts(std::int64_t batch_size);

} // namespace radforge
