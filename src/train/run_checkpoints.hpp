#pragma once

#include "best_step.hpp"
#include "interval_means.hpp"
#include "step_verdict.hpp"

#include "radforge/core/error.hpp"
#include "radforge/core/file_system.hpp"
#include "radforge/run/run_context.hpp"
#include "radforge/train/checkpoint_set.hpp"
#include "radforge/train/checkpointer.hpp"
#include "radforge/train/optimizer.hpp"
#include "radforge/train/trainer.hpp"

#include <cstdint>
#include <filesystem>
#include <vector>

namespace radforge {

/// The checkpoints of a training run as all ranks make and load them together. A save goes on beside the steps: its state travels
/// with the verdict of each step, so that all ranks enter its phases at the same step.
class RunCheckpoints {
 public:
  /// What is saved belongs to the caller. The references outlive the object.
  RunCheckpoints(const TrainPlan& plan, RunContext& context, ParameterSet& parameters, Optimizer& optimizer, IntervalMeans& means,
                 const BestStep& best, FileSystem& system);

  /// Loads the set that the run is to go on from, and returns its step; 0 where there is none. Collective. Errors: DataError for
  /// a step that was asked for and is not there or not whole, and where there are sets and none is whole; ConfigError for a set
  /// of another configuration or of other data; IoError.
  std::int64_t load();
  /// Loads the newest whole set, after the one being written. Collective.
  std::int64_t load_newest();
  /// Loads the set of the best validation, or of the best before it whose set is whole; returns its step, 0 where there is none.
  /// Collective.
  std::int64_t load_best();

  /// What this rank says of the save under way.
  void report(StepReport& report) const;
  /// Takes the save one phase on when all ranks are ready for it. Errors: those of a save, see start().
  void follow(const StepVerdict& verdict);

  /// Begins to save the state after step `step`; what is written already is finished first. Collective. A save that fails is told
  /// in a warning, and training goes on without it. Errors: IoError when the one before failed too; OwnedError at once.
  void start(std::int64_t step);
  /// Saves, and returns when the set is there. Collective. Errors: IoError, OwnedError.
  void save_now(std::int64_t step);
  /// Until nothing is being written. Collective. Errors: as of start().
  void finish();

 private:
  enum class Phase { idle, writing, publishing };

  TrainState state();
  std::int64_t load_from(const std::vector<std::int64_t>& steps);
  CheckpointSet agreed_set(std::int64_t step);
  void accept(const CheckpointSet& set);
  void next_phase();
  void fail(const IoError& failure);

  const TrainPlan& plan_;
  RunContext& context_;
  ParameterSet& parameters_;
  Optimizer& optimizer_;
  IntervalMeans& means_;
  const BestStep& best_;
  std::filesystem::path folder_;
  Checkpointer checkpointer_;
  Phase phase_ = Phase::idle;
  std::int64_t step_ = 0; ///< of the save under way
  bool last_failed_ = false;
  bool accepted_ = false; ///< a set of another configuration
};

} // namespace radforge
