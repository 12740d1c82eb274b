#pragma once

#include "train_step.hpp"

#include "radforge/core/clock.hpp"
#include "radforge/data/loader.hpp"
#include "radforge/run/metric_log.hpp"

#include <cstdint>
#include <vector>

namespace radforge {

/// Where a rank's time went since the last line of metrics, a step: what `timing.jsonl` holds.
class RunTiming {
 public:
  /// Closes the interval at `step`. Counters of `train_step` and `loader` run on.
  std::vector<Metric> lap(std::int64_t step, const TrainStep& train_step, const Loader& loader, std::int64_t batch_size);
  /// The steps from `step` on are timed; counters of the loader start anew.
  void restart(std::int64_t step);
  void add_save(double seconds) { save_s_ += seconds; }

 private:
  Stopwatch since_;
  std::int64_t step_ = 0;
  double compute_s_ = 0;
  double wait_s_ = 0;
  double data_s_ = 0;
  double save_s_ = 0;
};

} // namespace radforge
