#include "radforge/train/trainer.hpp"

#include "radforge/core/error.hpp"
#include "radforge/nn/layers.hpp"
#include "radforge/nn/state_dict.hpp"

#include "mpi_world.hpp"
#include "shared_folder.hpp"
#include "tiny_dataset.hpp"

#include "torch_catch.hpp"

#include <ATen/ops/from_blob.h>
#include <ATen/ops/full.h>
#include <c10/core/GradMode.h>

#include <optional>
#include <set>

using namespace radforge;
namespace fs = std::filesystem;

namespace {

/// One weight, which grows by about the learning rate a step. Validation is best where it is nearest to 0.5, and counts the
/// images that it is told of.
class GrowingTask final : public Task {
 public:
  GrowingTask() : layer_(ParameterScope(parameters_, "layer."), 1, 1) {
    parameters_.allocate(3);
    parameters_.flat().zero_();
  }
  ParameterSet& parameters() override { return parameters_; }
  StepInputs inputs(const Batch& batch, Purpose /*purpose*/) override {
    return {at::full({}, static_cast<double>(batch.turns.size()), at::kFloat)};
  }
  StepLoss loss(const StepInputs& inputs, Purpose /*purpose*/, std::int64_t /*step*/) override {
    return {layer_.weight.sum().add(layer_.bias.sum()).mul(inputs[0]).neg(), layer_.weight.detach()};
  }
  PartLoss report(const Batch& batch, Purpose /*purpose*/, const at::Tensor& values) override {
    PartLoss part;
    for (const SampleTurn& turn : batch.turns) {
      part.outputs.push_back(static_cast<double>(turn.id));
      part.outputs.push_back(values.item<double>());
    }
    return part;
  }
  std::size_t num_outputs() const override { return 2; }
  std::vector<Metric> metrics_of_outputs(std::span<const std::int64_t> ids, std::span<const double> outputs) const override {
    for (std::size_t i = 0; i < ids.size(); ++i) {
      CHECK(outputs[2 * i] == static_cast<double>(ids[i])); // each image's, on every rank, in order
    }
    return {{"validation_auroc", 1 - std::abs(outputs[1] - 0.5)}};
  }
  void write_result(const fs::path& folder, const at::Tensor& weights) override {
    write_state_dict(folder / "model.safetensors", parameters_.views(weights));
  }

 private:
  ParameterSet parameters_;
  Linear layer_;
};

TrainPlan plan() {
  TrainPlan plan;
  plan.loop = {
      .steps = 40, .batch_size = 12, .ema_decay = 0, .log_every_steps = 1, .validate_every_steps = 3, .validation_images = 10};
  plan.optimizer = {.learning_rate = 0.05, .schedule = "constant", .warmup_steps = 0, .weight_decay = 0, .clip_norm = 1e9};
  plan.checkpoint = {.every_steps = 5, .keep = 2};
  plan.early_stopping = {.metric = "validation_auroc", .patience = 4};
  plan.config_digest = "test";
  return plan;
}

struct Fixture {
  Fixture() : folder(test_world()) {
    agree(test_world(), [&] {
      if (test_world().rank() == 0) {
        write_tiny_dataset(folder.path() / "data", 40);
      }
    });
    dataset.emplace(DataConfig{.sources = {{.dataset = folder.path() / "data"}}});
  }
  TrainSummary train(const TrainPlan& plan, const std::string& name, Task& task) {
    Log log;
    RunDir dir(folder.path() / name, test_world(), log);
    MetricLog metrics(folder.path() / name, test_world().rank());
    StopRequest stop;
    RunContext context{log, test_world(), test_world(), dir, metrics, stop};
    return Trainer(plan, context, *dataset, task).run();
  }
  double weight_of(const std::string& name) const {
    return read_state_dict(folder.path() / name / "pipeline/model.safetensors").at("layer.weight").item<double>();
  }
  std::set<std::string> sets_of(const std::string& name) const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder.path() / name / "checkpoints")) {
      if (entry.is_directory()) {
        names.insert(entry.path().filename());
      }
    }
    return names;
  }

  SharedFolder folder;
  std::optional<Mixture> dataset;
};

} // namespace

TEST_CASE_METHOD(Fixture, "training ends when validation has brought nothing better, and the best step is the result") {
  GrowingTask task;
  const TrainSummary summary = train(plan(), "run", task); // 0.05 a step: 0.45 after 9 is the best of 3, 6, 9, 12, ...
  test_world().barrier();
  CHECK(summary.steps == 21); // the validations of 12, 15, 18 and 21 in vain
  CHECK(weight_of("run") == Approx(0.45).margin(1e-4));
  CHECK(sets_of("run") == std::set<std::string>{"step-9", "step-20", "step-21"});

  GrowingTask again;
  CHECK(train(plan(), "run", again).new_steps == 0); // it is over

  TrainPlan to_the_end = plan();
  to_the_end.early_stopping.patience = 0;
  GrowingTask third;
  CHECK(train(to_the_end, "whole", third).steps == 40);
  test_world().barrier();
  CHECK(weight_of("whole") == Approx(0.45).margin(1e-4));
}

TEST_CASE_METHOD(Fixture, "a run that goes on remembers its validations") {
  // A part's last step is validated too.
  const auto [steps, end, weight] =
      GENERATE(table<int, int, double>({{4, 21, 0.45}, {9, 21, 0.45}, {10, 21, 0.5}, {14, 18, 0.45}}));
  const std::string name = "run-" + std::to_string(steps);
  TrainPlan part = plan();
  part.loop.steps = steps;
  GrowingTask first;
  train(part, name, first);
  GrowingTask second;
  const TrainSummary summary = train(plan(), name, second);
  test_world().barrier();
  CHECK(summary.steps == end);
  CHECK(weight_of(name) == Approx(weight).margin(1e-4));
}

TEST_CASE_METHOD(Fixture, "a metric that is not there ends the run with those that are") {
  TrainPlan other = plan();
  other.early_stopping.metric = "validation_accuracy";
  GrowingTask task;
  CHECK_THROWS_WITH(train(other, "run", task), Catch::Matchers::Contains("there are validation_loss, validation_auroc"));
}
