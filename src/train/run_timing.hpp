#pragma once

#include "train_step.hpp"

#include "radforge/core/clock.hpp"
#include "radforge/data/loader.hpp"
#include "radforge/run/metric_log.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace radforge {

/// Where rank 0's time and memory went since the last line of metrics, times a step: what `timing.jsonl` holds.
class RunTiming {
 public:
  /// `flop_per_image` of the model, 0 where nobody has counted; `precision`: what matrix products are computed in, on `device`.
  RunTiming(double flop_per_image, int num_ranks, at::ScalarType precision, at::Device device)
      : flop_per_image_(flop_per_image), num_ranks_(num_ranks), precision_(precision), device_(device) {}

  /// Closes the interval at `step`. Counters of `train_step` and `loader` run on. The first call measures this device's rate; all
  /// ranks make it together, so that it is that of a busy machine.
  std::vector<Metric> lap(std::int64_t step, const TrainStep& train_step, const Loader& loader, std::int64_t batch_size);
  /// The steps from `step` on are timed; counters of the loader start anew.
  void restart(std::int64_t step);
  void add_save(double seconds) { save_s_ += seconds; }

 private:
  double flop_per_image_;
  int num_ranks_;
  at::ScalarType precision_;
  at::Device device_;
  double peak_rate_ = 0; ///< FLOP/s of a rank, 0 before it was measured
  Stopwatch since_;
  std::int64_t step_ = 0;
  double compute_s_ = 0;
  double wait_s_ = 0;
  double data_s_ = 0;
  double save_s_ = 0;
};

} // namespace radforge
