#include "run_timing.hpp"

#include <utility>

namespace radforge {

std::vector<Metric> RunTiming::lap(std::int64_t step, const TrainStep& train_step, const Loader& loader,
                                   std::int64_t batch_size) {
  const auto steps = static_cast<double>(step - step_);
  const auto a_step = [&](double& last, double now) { return (now - std::exchange(last, now)) / steps; };
  std::vector<Metric> metrics{{"images_per_s", steps * static_cast<double>(batch_size) / since_.seconds()},
                              {"compute_s", a_step(compute_s_, train_step.compute_s())},
                              {"reduce_s", a_step(wait_s_, train_step.wait_s())},
                              {"data_wait_s", a_step(data_s_, loader.wait_s())},
                              {"save_stall_s", std::exchange(save_s_, 0.0) / steps}};
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
