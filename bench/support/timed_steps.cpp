#include "timed_steps.hpp"

#include "device.hpp"

#include "../../src/train/train_step.hpp"

#include "radforge/core/clock.hpp"
#include "radforge/nn/device.hpp"

#include <iterator>
#include <vector>

namespace radforge {

nlohmann::json timed_steps(Communicator& ranks, Task& task, const Batch& slice, int steps, const at::Device& device,
                           double ema_decay) {
  LoopConfig loop;
  loop.batch_size = std::ssize(slice.turns) * ranks.size();
  loop.steps = 1000;
  loop.ema_decay = ema_decay;
  OptimizerConfig config;
  config.learning_rate = 1e-4;
  config.schedule = "constant";
  config.warmup_steps = 0;
  Optimizer optimizer(config, loop.ema_decay, task.parameters(), task.groups(), {0, task.parameters().flat().numel()});
  TrainStep step(loop, config, ranks, task, optimizer, device.is_cuda() ? Launching::recorded : Launching::single);
  std::vector<double> losses;
  std::vector<double> norms;
  Stopwatch watch;
  for (int i = 0; i < warm_up_steps(device) + steps; ++i) {
    if (i == warm_up_steps(device)) {
      synchronize(device);
      ranks.barrier();
      watch.restart();
    }
    const StepResult result = step.run(i, slice, {});
    losses.push_back(result.verdict.loss);
    norms.push_back(result.gradient_norm);
  }
  synchronize(device);
  return {{"images", steps * loop.batch_size}, {"seconds", watch.seconds()},    {"losses", losses},
          {"gradient_norms", norms},           {"compute_s", step.compute_s()}, {"recording_problem", step.recording_problem()}};
}

} // namespace radforge
