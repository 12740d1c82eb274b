#include "radforge/train/trainer.hpp"

#include "radforge/core/error.hpp"
#include "radforge/nn/keyed_random.hpp"
#include "radforge/nn/layers.hpp"
#include "radforge/nn/state_dict.hpp"

#include "mpi_world.hpp"
#include "shared_folder.hpp"
#include "tiny_dataset.hpp"

#include "torch_catch.hpp"

#include <ATen/ops/equal.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/full.h>

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <limits>
#include <mutex>
#include <string>

namespace {
std::mutex flushed_mutex;
std::vector<std::string>* flushed = nullptr;
} // namespace

// Stands in for the C library's function in this program, to see what is flushed.
extern "C" int fsync(int file) {
  if (const std::lock_guard lock(flushed_mutex); flushed != nullptr) {
    flushed->push_back(std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(file)).filename().string());
  }
  return static_cast<int>(::syscall(SYS_fsync, file));
}

using namespace radforge;
namespace fs = std::filesystem;

namespace {

/// Learns an image's mean brightness, shifted by a keyed random number, from its pixels.
class BrightnessTask : public Task {
 public:
  explicit BrightnessTask(std::int64_t poisoned_from = -1)
      : layer_(ParameterScope(parameters_, "layer."), 256, 1), poisoned_from_(poisoned_from) {
    parameters_.allocate(3);
  }
  ParameterSet& parameters() override { return parameters_; }
  // Pixels, what they are shifted by, and a factor of the loss.
  StepInputs inputs(const Batch& batch, Purpose purpose) override {
    std::vector<RandomKey> keys;
    for (const SampleTurn& turn : batch.turns) {
      keys.push_back({1, Stream::noise, static_cast<std::uint64_t>(turn.id), turn.epoch});
    }
    const auto count = static_cast<std::int64_t>(batch.turns.size());
    const at::Tensor x =
        at::from_blob(const_cast<std::uint8_t*>(batch.values.data()), {count, 256}, at::kByte).to(at::kFloat).div(255);
    const bool poisoned = purpose == Purpose::training && is_poisoned(batch.step);
    return {x, keyed_normals(keys, {1}), at::full({}, poisoned ? std::numeric_limits<double>::quiet_NaN() : 1.0, at::kFloat)};
  }
  StepLoss loss(const StepInputs& inputs, Purpose /*purpose*/, std::int64_t /*step*/) override {
    const at::Tensor& x = inputs[0];
    const at::Tensor loss = layer_(x).sub(x.mean(1, true)).sub(inputs[1], 0.1).square().sum().mul(inputs[2]);
    return {loss, loss.detach()};
  }
  PartLoss report(const Batch& /*batch*/, Purpose /*purpose*/, const at::Tensor& values) override {
    return {.loss = values.item<double>()};
  }
  void write_result(const fs::path& folder, const at::Tensor& weights) override {
    write_state_dict(folder / "model.safetensors", parameters_.views(weights));
  }

 protected:
  virtual bool is_poisoned(std::int64_t step) {
    return poisoned_from_ >= 0 && step >= poisoned_from_ && test_world().rank() == test_world().size() - 1;
  }

 private:
  ParameterSet parameters_;
  Linear layer_;
  std::int64_t poisoned_from_;
};

TrainPlan plan() {
  TrainPlan plan;
  plan.loop = {.steps = 30, .batch_size = 12, .log_every_steps = 1, .validate_every_steps = 10, .validation_images = 7};
  plan.optimizer.warmup_steps = 3;
  plan.optimizer.learning_rate = 0.02;
  plan.checkpoint = {.every_steps = 10, .keep = 2};
  plan.config_digest = "test";
  plan.seed = 1;
  return plan;
}

/// A run in its folder, as the command line makes one.
struct Run {
  explicit Run(const fs::path& folder) : dir(folder, test_world(), log), metrics(folder, test_world().rank()) {}

  TrainSummary train(const TrainPlan& plan, const Mixture& dataset, Task& task) {
    RunContext context{log, test_world(), test_world(), dir, metrics, stop};
    return Trainer(plan, context, dataset, task).run();
  }

  Log log;
  RunDir dir;
  MetricLog metrics;
  StopRequest stop;
};

/// Steps are not finite on one rank `times` times from step `from` on, and never again: a fault of a machine.
class FaultyTask final : public BrightnessTask {
 public:
  FaultyTask(std::int64_t from, int times) : from_(from), times_(times) {}
  bool is_poisoned(std::int64_t step) override { return step >= from_ && test_world().rank() == 0 && times_-- > 0; }

 private:
  std::int64_t from_;
  int times_;
};

/// Another run takes the folder over while this one trains.
class RobbedTask final : public BrightnessTask {
 public:
  RobbedTask(fs::path folder, std::int64_t from) : folder_(std::move(folder)), from_(from) {}
  StepInputs inputs(const Batch& batch, Purpose purpose) override {
    if (batch.step == from_ && test_world().rank() == 0) {
      std::ofstream(folder_ / "owner-2.json") << R"({"epoch": 2, "host": "far-away", "pid": 5})";
    }
    return BrightnessTask::inputs(batch, purpose);
  }

 private:
  fs::path folder_;
  std::int64_t from_;
};

std::string text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> share_files() {
  std::vector<std::string> files;
  for (int rank = 0; rank < test_world().size(); ++rank) {
    files.push_back("share-" + std::to_string(rank) + "-of-" + std::to_string(test_world().size()) + ".safetensors");
  }
  return files;
}

/// A number of the first step.
double at_first_step(const fs::path& folder, const std::string& name) {
  const std::string text = text_of(folder / "metrics.jsonl");
  const std::string key = "\"" + name + "\":";
  const std::size_t place = text.find(key);
  REQUIRE(place != std::string::npos);
  return std::stod(text.substr(place + key.size()));
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
  SharedFolder folder;
  std::optional<Mixture> dataset;
};

} // namespace

TEST_CASE_METHOD(Fixture, "training follows the same course on any number of ranks") {
  BrightnessTask task;
  const TrainSummary summary = Run(folder.path() / "run").train(plan(), *dataset, task);
  CHECK(summary.steps == 30);
  CHECK(summary.new_steps == 30);

  // One rank alone, as the reference, on every rank.
  const std::unique_ptr<Communicator> self = make_self_communicator();
  const fs::path own = folder.path() / ("alone-" + std::to_string(test_world().rank()));
  BrightnessTask reference;
  {
    const Log log;
    RunDir dir(own, *self, log);
    MetricLog metrics(own, 0);
    StopRequest stop;
    RunContext context{log, *self, *self, dir, metrics, stop};
    CHECK(Trainer(plan(), context, *dataset, reference).run().loss == Approx(summary.loss).epsilon(1e-4));
  }
  // A product over a smaller batch and sums over ranks round in another order; what that does to the weights grows with the
  // steps.
  for (const char* name : {"loss", "gradient_norm"}) {
    CHECK(at_first_step(folder.path() / "run", name) == Approx(at_first_step(own, name)).epsilon(5e-6));
  }
  CHECK(task.parameters().flat().sub(reference.parameters().flat()).abs().max().item<float>() < 1e-5F);
  CHECK(fs::exists(folder.path() / "run/pipeline/model.safetensors"));
}

TEST_CASE_METHOD(Fixture, "accumulating micro-batches changes nothing but rounding") {
  BrightnessTask whole;
  Run(folder.path() / "whole").train(plan(), *dataset, whole);
  TrainPlan in_parts = plan();
  in_parts.loop.micro_batch_size = 2;
  BrightnessTask parts;
  Run(folder.path() / "parts").train(in_parts, *dataset, parts);
  CHECK(whole.parameters().flat().sub(parts.parameters().flat()).abs().max().item<float>() < 1e-5F);
}

TEST_CASE_METHOD(Fixture, "a run that was stopped and resumed equals one that was not, bit for bit") {
  BrightnessTask undisturbed;
  Run(folder.path() / "undisturbed").train(plan(), *dataset, undisturbed);

  const fs::path path = folder.path() / "resumed";
  {
    BrightnessTask first;
    Run run(path);
    if (test_world().rank() == test_world().size() - 1) {
      std::raise(SIGUSR1); // one rank is asked; all stop at the same step
    }
    CHECK_THROWS_AS(run.train(plan(), *dataset, first), StoppedError);
  }
  BrightnessTask second;
  CHECK(Run(path).train(plan(), *dataset, second).steps == 30);
  CHECK(at::equal(second.parameters().flat(), undisturbed.parameters().flat()));
  CHECK(text_of(path / "metrics.jsonl") == text_of(folder.path() / "undisturbed/metrics.jsonl"));
  CHECK(text_of(path / "pipeline/model.safetensors") == text_of(folder.path() / "undisturbed/pipeline/model.safetensors"));
  std::vector<std::string> files = share_files();
  files.push_back("state.safetensors");
  for (const std::string& name : files) {
    INFO(name);
    const std::string bytes = text_of(path / "checkpoints/step-30" / name);
    CHECK(bytes.size() > 100);
    CHECK(bytes == text_of(folder.path() / "undisturbed/checkpoints/step-30" / name));
  }
}

TEST_CASE_METHOD(Fixture, "a finished run is not trained again") {
  BrightnessTask first;
  Run(folder.path() / "run").train(plan(), *dataset, first);
  BrightnessTask again;
  const TrainSummary summary = Run(folder.path() / "run").train(plan(), *dataset, again);
  CHECK(summary.steps == 30);
  CHECK(summary.new_steps == 0);
  CHECK(at::equal(first.parameters().flat(), again.parameters().flat()));
}

TEST_CASE_METHOD(Fixture, "a run of more steps goes on from a shorter one, whose result is set aside") {
  TrainPlan constant = plan();
  constant.optimizer.schedule = "constant";
  BrightnessTask undisturbed;
  Run(folder.path() / "undisturbed").train(constant, *dataset, undisturbed);
  const fs::path path = folder.path() / "run";
  TrainPlan short_plan = constant;
  short_plan.loop.steps = 20;
  BrightnessTask first;
  Run(path).train(short_plan, *dataset, first);
  BrightnessTask second;
  CHECK(Run(path).train(constant, *dataset, second).new_steps == 10);
  CHECK(at::equal(second.parameters().flat(), undisturbed.parameters().flat()));
  CHECK(text_of(path / "pipeline/model.safetensors") == text_of(folder.path() / "undisturbed/pipeline/model.safetensors"));
  CHECK(text_of(path / "pipeline.former-2/model.safetensors") != text_of(path / "pipeline/model.safetensors"));
}

TEST_CASE_METHOD(Fixture, "a run that goes on from an earlier step does the same again") {
  TrainPlan often = plan();
  often.checkpoint.keep = 3;
  BrightnessTask first;
  const fs::path path = folder.path() / "run";
  Run(path).train(often, *dataset, first);
  const std::string lines = text_of(path / "metrics.jsonl");
  often.resume_step = 10;
  BrightnessTask second;
  CHECK(Run(path).train(often, *dataset, second).new_steps == 20);
  CHECK(at::equal(first.parameters().flat(), second.parameters().flat()));
  CHECK(text_of(path / "metrics.jsonl") == lines);
}

TEST_CASE_METHOD(Fixture, "a run that was stopped goes on with the optimizer shared out, bit for bit") {
  TrainPlan shared = plan();
  shared.optimizer.shard = true;
  BrightnessTask undisturbed;
  Run(folder.path() / "undisturbed").train(shared, *dataset, undisturbed);
  const fs::path path = folder.path() / "run";
  TrainPlan hurried = shared;
  hurried.loop.max_minutes = 1e-9;
  for (int start = 0; start < 3; ++start) {
    BrightnessTask task;
    Run run(path);
    CHECK_THROWS_AS(run.train(hurried, *dataset, task), StoppedError);
  }
  CHECK(fs::exists(path / "checkpoints/step-3"));
  BrightnessTask last;
  Run(path).train(shared, *dataset, last);
  CHECK(at::equal(last.parameters().flat(), undisturbed.parameters().flat()));
  for (const std::string& name : share_files()) {
    CHECK(text_of(path / "checkpoints/step-30" / name) == text_of(folder.path() / "undisturbed/checkpoints/step-30" / name));
  }
}

TEST_CASE_METHOD(Fixture, "a run that lost its folder writes nothing more into it") {
  const fs::path path = folder.path() / "robbed";
  RobbedTask task(path, 12); // steps count from 0 here
  Run run(path);
  TrainPlan frequent = plan();
  frequent.checkpoint.every_steps = 5; // that of step 10 is still being written, and stays out
  CHECK_THROWS_AS(run.train(frequent, *dataset, task), OwnedError);
  const std::string lines = text_of(path / "metrics.jsonl");
  CHECK(std::count(lines.begin(), lines.end(), '\n') == 12);
  CHECK(fs::exists(path / "checkpoints/step-5"));
  CHECK_FALSE(fs::exists(path / "checkpoints/step-15"));
}

TEST_CASE_METHOD(Fixture, "metric lines are on the disk before the checkpoint that supersedes them") {
  BrightnessTask task;
  std::vector<std::string> names;
  flushed = &names;
  Run(folder.path() / "run").train(plan(), *dataset, task);
  flushed = nullptr;
  names.erase(std::remove_if(names.begin(), names.end(),
                             [](const std::string& name) { return name != "metrics.jsonl" && name != "manifest.json"; }),
              names.end());
  const std::vector<std::string> once{"metrics.jsonl", "manifest.json"};
  std::vector<std::string> expected;
  for (int checkpoint = 0; checkpoint < (test_world().rank() == 0 ? 3 : 0); ++checkpoint) {
    expected.insert(expected.end(), once.begin(), once.end());
  }
  CHECK(names == expected);
}

TEST_CASE_METHOD(Fixture, "steps that are not finite on one rank are skipped by all, and ten in a row end the run") {
  BrightnessTask task(5);
  BrightnessTask healthy;
  TrainPlan short_plan = plan();
  short_plan.loop.steps = 5;
  short_plan.optimizer.schedule = "constant";
  Run(folder.path() / "healthy").train(short_plan, *dataset, healthy);

  TrainPlan long_plan = short_plan;
  long_plan.loop.steps = 400;
  Run run(folder.path() / "poisoned");
  CHECK_THROWS_AS(run.train(long_plan, *dataset, task), DivergenceError);
  // Parameters are those of the last good step.
  CHECK(at::equal(task.parameters().flat(), healthy.parameters().flat()));
}

TEST_CASE_METHOD(Fixture, "after steps in a row that are not finite a run goes back to its checkpoint once, and on") {
  BrightnessTask undisturbed;
  Run(folder.path() / "undisturbed").train(plan(), *dataset, undisturbed);
  TrainPlan careful = plan();
  careful.loop.max_bad_steps = 3;
  FaultyTask task(12, 3);
  CHECK(Run(folder.path() / "faulty").train(careful, *dataset, task).steps == 30);
  CHECK(at::equal(task.parameters().flat(), undisturbed.parameters().flat()));
  CHECK(text_of(folder.path() / "faulty/metrics.jsonl") == text_of(folder.path() / "undisturbed/metrics.jsonl"));

  FaultyTask hopeless(12, 6);
  Run run(folder.path() / "hopeless");
  CHECK_THROWS_WITH(run.train(careful, *dataset, hopeless), Catch::Contains("3 steps in a row, up to step 15"));
  const std::string listed = text_of(folder.path() / "hopeless/divergence.jsonl");
  CHECK(std::count(listed.begin(), listed.end(), '\n') == 3);
  CHECK(listed.starts_with("{\"step\":13,\"samples\":["));
}

TEST_CASE_METHOD(Fixture, "a run out of time saves and stops, and the next start goes on") {
  TrainPlan hurried = plan();
  hurried.loop.max_minutes = 1e-9;
  BrightnessTask task;
  Run run(folder.path() / "run");
  CHECK_THROWS_AS(run.train(hurried, *dataset, task), StoppedError);
  CHECK(fs::exists(folder.path() / "run/checkpoints/step-1"));
}

TEST_CASE_METHOD(Fixture, "the canonical reduction gives the same weights on any number of ranks, bit for bit") {
  TrainPlan canonical = plan();
  canonical.loop.reduction = "canonical";
  BrightnessTask task;
  Run(folder.path() / "run").train(canonical, *dataset, task);

  const std::unique_ptr<Communicator> self = make_self_communicator();
  const fs::path own = folder.path() / ("alone-" + std::to_string(test_world().rank()));
  const Log log;
  RunDir dir(own, *self, log);
  MetricLog metrics(own, 0);
  StopRequest stop;
  RunContext context{log, *self, *self, dir, metrics, stop};
  BrightnessTask reference;
  Trainer(canonical, context, *dataset, reference).run();
  CHECK(at::equal(task.parameters().flat(), reference.parameters().flat()));
}
