#include "../../../src/train/train_step.hpp"

#include "mpi_world.hpp"

#include "radforge/nn/keyed_random.hpp"
#include "radforge/nn/layers.hpp"

#include "torch_catch.hpp"

#include <ATen/ops/equal.h>

using namespace radforge;

namespace {

/// Two layers whose parameters divide by no number of ranks.
class LineTask final : public Task {
 public:
  explicit LineTask(at::ScalarType type)
      : first_(ParameterScope(parameters_, "first."), 37, 11), second_(ParameterScope(parameters_, "second."), 11, 1),
        type_(type) {
    parameters_.allocate(3, type);
  }
  ParameterSet& parameters() override { return parameters_; }
  StepInputs inputs(const Batch& batch, Purpose) override {
    std::vector<RandomKey> keys;
    for (const SampleTurn& turn : batch.turns) {
      keys.push_back({1, Stream::noise, static_cast<std::uint64_t>(turn.id), turn.epoch});
    }
    return {keyed_normals(keys, {37})};
  }
  StepLoss loss(const StepInputs& inputs, Purpose, std::int64_t) override {
    const at::Tensor loss =
        second_(first_(inputs[0].to(type_)).relu()).to(at::kFloat).sub(inputs[0].mean(1, true)).square().sum();
    return {loss, loss.detach()};
  }
  PartLoss report(const Batch&, Purpose, const at::Tensor& values) override { return {.loss = values.item<double>()}; }
  void write_result(const std::filesystem::path&, const at::Tensor&) override {}

 private:
  ParameterSet parameters_;
  Linear first_;
  Linear second_;
  at::ScalarType type_;
};

/// A few steps, after which the task holds the weights and the optimizer the rest.
struct Course {
  Course(at::ScalarType type, bool shard)
      : task(type), config{.learning_rate = 0.01, .schedule = "constant", .warmup_steps = 0, .shard = shard},
        range(shard ? share_of(num_elements(), test_world().rank(), test_world().size()) : FlatRange{0, num_elements()}),
        optimizer(config, 0.9, task.parameters(), task.groups(), range) {
    const LoopConfig loop{.steps = 100, .batch_size = 12};
    TrainStep step(loop, config, test_world(), task, optimizer);
    const std::int64_t count = 12 / test_world().size();
    for (std::int64_t i = 0; i < 6; ++i) {
      Batch batch;
      batch.step = i;
      for (std::int64_t k = 0; k < count; ++k) {
        batch.turns.push_back({i * 12 + test_world().rank() * count + k, 0});
      }
      losses.push_back(step.run(i, batch, {}).verdict.loss);
    }
  }
  std::int64_t num_elements() { return task.parameters().flat().numel(); }

  LineTask task;
  OptimizerConfig config;
  FlatRange range;
  Optimizer optimizer;
  std::vector<double> losses;
};

} // namespace

TEST_CASE("an optimizer that is shared out gives the bits of one that is not, in fp32 and in bf16") {
  const at::ScalarType type = GENERATE(at::kFloat, at::kBFloat16);
  Course whole(type, false);
  Course shared(type, true);
  CHECK(shared.losses == whole.losses);
  CHECK(whole.losses.back() < whole.losses.front());
  CHECK(at::equal(shared.task.parameters().flat_working(), whole.task.parameters().flat_working()));
  const auto mine = [&](const at::Tensor& all) { return all.narrow(0, shared.range.first, shared.range.count); };
  CHECK(at::equal(mine(shared.task.parameters().flat()), mine(whole.task.parameters().flat())));
  CHECK(at::equal(shared.optimizer.average(), mine(whole.optimizer.average())));
  CHECK(at::equal(shared.optimizer.second_moment(), mine(whole.optimizer.second_moment())));
}
