#pragma once

#include "radforge/config/train_config.hpp"
#include "radforge/data/mixture.hpp"
#include "radforge/run/run_context.hpp"
#include "radforge/train/checkpoint_store.hpp"
#include "radforge/train/task.hpp"

#include <cstdint>
#include <string>

namespace radforge {

/// What the loop needs to know of a run.
struct TrainPlan {
  DataConfig data;
  LoopConfig loop;
  OptimizerConfig optimizer;
  CheckpointConfig checkpoint;
  std::uint64_t seed = 0;
  std::string config_digest; ///< of the resolved configuration
};

struct TrainSummary {
  std::int64_t steps = 0;     ///< at the end, those of earlier starts included
  std::int64_t new_steps = 0; ///< of this start; 0: the run was finished already
  double loss = 0;            ///< of the last step
  double images_per_s = 0;    ///< of this start
};

/// The data-parallel training loop. All ranks call `run` together.
class Trainer {
 public:
  /// The references outlive the trainer.
  Trainer(TrainPlan plan, RunContext& context, const Mixture& data, Task& task);

  /// Trains up to the last step, from the newest checkpoint if there is one, and publishes the task's result as `<run
  /// folder>/pipeline`. Errors: DataError for an empty selection of images, StoppedError after a stop request (the state is
  /// saved), DivergenceError after ten steps in a row that were not finite, OwnedError.
  TrainSummary run();

 private:
  std::int64_t resume(const CheckpointStore& store, const TrainState& state) const;
  void save(CheckpointStore& store, std::int64_t step, const TrainState& state) const;
  void write_metrics(std::int64_t step, const std::vector<Metric>& results, const std::vector<Metric>& timing) const;
  double validate(const at::Tensor& weights) const;
  void publish(const at::Tensor& weights) const;

  TrainPlan plan_;
  RunContext& context_;
  const Mixture& data_;
  Task& task_;
};

} // namespace radforge
