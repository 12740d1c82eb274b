#include "run_timing.hpp"

#include "radforge/core/memory_usage.hpp"
#include "radforge/nn/device.hpp"
#include "radforge/nn/device_rate.hpp"

#include <utility>

namespace radforge {

std::vector<Metric> RunTiming::lap(std::int64_t step, const TrainStep& train_step, const Loader& loader,
                                   std::int64_t batch_size) {
  const auto steps = static_cast<double>(step - step_);
  const auto a_step = [&](double& last, double now) { return (now - std::exchange(last, now)) / steps; };
  const double images_per_s = steps * static_cast<double>(batch_size) / since_.seconds();
  std::vector<Metric> metrics{{"images_per_s", images_per_s},
                              {"compute_s", a_step(compute_s_, train_step.compute_s())},
                              {"reduce_s", a_step(wait_s_, train_step.wait_s())},
                              {"data_wait_s", a_step(data_s_, loader.wait_s())},
                              {"save_stall_s", std::exchange(save_s_, 0.0) / steps}};
  if (flop_per_image_ > 0) {
    if (peak_rate_ == 0) {
      peak_rate_ = measure_matmul_rate(precision_, device_);
    }
    const double rate = images_per_s * flop_per_image_;
    metrics.push_back({"model_tflops", rate / 1e12});
    metrics.push_back({"share_of_peak", rate / num_ranks_ / peak_rate_});
  }
  const MemoryUsage memory = memory_usage();
  metrics.push_back({"memory_mb", static_cast<double>(memory.resident) / 1e6});
  metrics.push_back({"peak_memory_mb", static_cast<double>(memory.peak) / 1e6});
  if (device_.is_cuda()) {
    metrics.push_back({"peak_device_memory_mb", static_cast<double>(peak_memory_of(device_)) / 1e6});
  }
  since_.restart();
  step_ = step;
  return metrics;
}

void RunTiming::restart(std::int64_t step) {
  since_.restart();
  step_ = step;
  data_s_ = 0;
  save_s_ = 0;
}

} // namespace radforge
