#pragma once

#include "radforge/comm/slow_ranks.hpp"
#include "radforge/config/train_config.hpp"
#include "radforge/data/mixture.hpp"
#include "radforge/run/run_context.hpp"
#include "radforge/train/task.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace radforge {

class BestStep;
class StepProfiler;

/// What the loop needs to know of a run.
struct TrainPlan {
  DataConfig data;
  LoopConfig loop;
  OptimizerConfig optimizer;
  CheckpointConfig checkpoint;
  ComputeConfig compute = {};
  EarlyStoppingConfig early_stopping = {};
  std::uint64_t seed = 0;
  std::string config_digest;                              ///< of the resolved configuration
  std::string config;                                     ///< as YAML
  std::string data_digest;                                ///< of the data sets
  std::vector<std::filesystem::path> origins = {};        ///< folders or files of the weights that the run starts from, or uses
  std::optional<std::int64_t> resume_step = std::nullopt; ///< go on from this checkpoint; else from the newest whole one
  bool allow_change = false;                              ///< go on with another configuration or other data
  std::int64_t profile_steps = 0;                         ///< steps of this start to trace into `<run folder>/profile`; 0: none
};

struct TrainSummary {
  std::int64_t steps = 0;     ///< at the end, those of earlier starts included
  std::int64_t new_steps = 0; ///< of this start; 0: the run was finished already
  double loss = 0;            ///< of the last step
  double images_per_s = 0;    ///< of this start
  double rank_hours = 0;      ///< of this start, over all ranks; GPU-hours where a rank has a GPU
};

/// The data-parallel training loop. All ranks call `run` together.
class Trainer {
 public:
  /// The references outlive the trainer.
  Trainer(TrainPlan plan, const RunContext& context, const Mixture& data, Task& task);
  ~Trainer();
  Trainer(const Trainer&) = delete;
  Trainer& operator=(const Trainer&) = delete;

  /// Trains up to the last step, from the newest checkpoint if there is one, and publishes the task's result as `<run
  /// folder>/pipeline`: of the last step, or with early stopping of the step whose validation was best, whose checkpoint is kept.
  /// The patients that trained it are listed beside it.
  /// Steps that are not finite are skipped; after `max_bad_steps` in a row the run rolls back to its newest
  /// checkpoint, once. Checkpoints are written beside the steps. A result of a run that was shorter is moved to
  /// `pipeline.former-<epoch>`. Errors: DataError for an empty selection of images or a checkpoint that cannot be used,
  /// ConfigError for a batch that the ranks cannot share or a checkpoint of another configuration, StoppedError after a stop
  /// request or `max_minutes` (the state is saved), DivergenceError with the samples' ids, IoError, OwnedError.
  TrainSummary run();

 private:
  std::unique_ptr<Loader> loader_from(std::int64_t step) const;
  void resume_metrics(std::int64_t step) const;
  void write_line(std::int64_t step, const std::vector<Metric>& metrics, const std::vector<Metric>& timing) const;
  void name_slow_ranks(StepTimes& work_times) const;
  /// Collective: the validations up to `step` that an earlier start has made.
  void recall(BestStep& best) const;
  void write_picture(std::int64_t step, const at::Tensor& weights) const;
  void publish(const at::Tensor& weights) const;
  void set_former_result_aside() const;
  [[noreturn]] void diverge(std::int64_t step) const;
  /// Collective: work that writes into the folder.
  void on_rank_0(const std::function<void()>& work) const;

  TrainPlan plan_;
  std::unique_ptr<StepProfiler> profiler_;
  RunContext context_; ///< as the profiler sees it
  const Mixture& data_;
  Task& task_;
};

} // namespace radforge
