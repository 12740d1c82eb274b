// A run that goes from the CPU to CUDA and back, by its checkpoints.
#include "backend.hpp"

#include "../unit/tasks/task_fixture.hpp"

#include "radforge/train/trainer.hpp"

#include <ATen/ops/equal.h>

using namespace radforge;

namespace {

/// Nobody counts its arithmetic, so that nobody measures the rate of the stand-in either.
struct UncountedTask final : AutoencoderTask {
  using AutoencoderTask::AutoencoderTask;
  double flop_per_image() const override { return 0; }
};

struct Run {
  explicit Run(const std::filesystem::path& folder) : dir(folder, *world, log), metrics(folder, 0) {}

  TrainSummary train(const AutoencoderRunConfig& config, const Mixture& data, AutoencoderTask& task) {
    RunContext context{log, *world, *world, dir, metrics, stop};
    TrainPlan plan{.data = config.data, .loop = config.train, .optimizer = config.optimizer, .checkpoint = config.checkpoint};
    plan.seed = 1;
    plan.config_digest = "test";
    return Trainer(plan, context, data, task).run();
  }

  std::unique_ptr<Communicator> world = make_self_communicator();
  Log log;
  RunDir dir;
  MetricLog metrics;
  StopRequest stop;
};

} // namespace

TEST_CASE_METHOD(TaskFixture, "a training goes from the CPU to CUDA and back, and its result is that of the CPU") {
  AutoencoderRunConfig config = autoencoder_config(folder / "data");
  config.train = {
      .batch_size = 6, .log_every_steps = 1, .validate_every_steps = 4, .validation_images = 3, .sample_every_steps = 8};
  config.optimizer = {
      .learning_rate = 1e-3, .schedule = "constant", .warmup_steps = 0}; // whose course does not depend on the steps to come
  config.checkpoint.every_steps = 4;
  const at::Device cuda(at::kCUDA, 0);
  const auto run_to = [&](const std::string& name, std::int64_t steps, at::Device device) {
    config.train.steps = steps;
    UncountedTask task(config, *dataset, device);
    Run run(folder / name);
    const TrainSummary summary = run.train(config, *dataset, task);
    CHECK(summary.steps == steps);
    return task.parameters().flat().to(at::kCPU, false, true);
  };
  const at::Tensor expected = run_to("cpu", 12, at::kCPU);
  run_to("moved", 4, at::kCPU);
  run_to("moved", 8, cuda);
  const at::Tensor found = run_to("moved", 12, at::kCPU);
  // AdamW moves an element by up to the learning rate a step, rounding or not.
  CHECK(found.sub(expected).norm().item<double>() < 0.05 * expected.norm().item<double>());

  // What lies on the device is saved and loaded without a change.
  UncountedTask task(config, *dataset, cuda);
  Run run(folder / "moved");
  const TrainSummary summary = run.train(config, *dataset, task);
  CHECK(summary.new_steps == 0);
  CHECK(at::equal(task.parameters().flat().to(at::kCPU), found));
}
