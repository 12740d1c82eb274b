#include "../../../src/train/run_checkpoints.hpp"

#include "radforge/comm/agreement.hpp"
#include "radforge/core/atomic_file.hpp"

#include "faulty_file_system.hpp"
#include "mpi_world.hpp"
#include "shared_folder.hpp"

#include "torch_catch.hpp"

#include <ATen/ops/equal.h>

#include <fstream>
#include <set>

using namespace radforge;
namespace fs = std::filesystem;

namespace {

const std::string some_config = "seed: 1\ntrain:\n  steps: 30\n  log_every_steps: 5\noptimizer:\n  learning_rate: 0.1\n";

TrainPlan plan_with(const std::string& config, const std::string& data_digest = "d") {
  TrainPlan plan;
  plan.checkpoint.keep = 3;
  plan.config = config;
  plan.config_digest = config;
  plan.data_digest = data_digest;
  return plan;
}

/// A run without a model's arithmetic: parameters that are set by hand.
struct Run {
  Run(const fs::path& folder, Communicator& ranks, FileSystem& system, TrainPlan plan_of_run = plan_with(some_config),
      bool shard = true)
      : plan(std::move(plan_of_run)), dir(folder, ranks, log),
        metrics(folder, ranks.rank()), context{log, ranks, ranks, dir, metrics, stop}, means(0) {
    parameters.add("weight", {20, 20}, Init::constant(0), weight);
    parameters.allocate(1);
    const std::int64_t total = parameters.flat().numel();
    optimizer.emplace(plan.optimizer, 0.9, parameters, std::vector<ParameterGroup>{{{0, total}}},
                      shard ? share_of(total, ranks.rank(), ranks.size()) : FlatRange{0, total});
    checkpoints.emplace(plan, context, parameters, *optimizer, means, best, system);
    exchange.emplace(ranks, static_cast<std::size_t>(ranks.size()), 0);
  }

  void set(double value) {
    parameters.flat().fill_(value);
    optimizer->first_moment().fill_(value + 1);
    optimizer->second_moment().fill_(value + 2);
    optimizer->average().fill_(value + 3);
    means.values() = {value, value, value};
  }
  bool is(double value) {
    return parameters.flat().eq(value).all().item<bool>() && optimizer->first_moment().eq(value + 1).all().item<bool>() &&
           optimizer->second_moment().eq(value + 2).all().item<bool>() && optimizer->average().eq(value + 3).all().item<bool>() &&
           means.values() == std::vector<double>{value, value, value};
  }
  /// What happens at the end of each step.
  void step() {
    exchange->begin_step();
    StepReport report;
    checkpoints->report(report);
    checkpoints->follow(exchange->agree(report));
  }

  Log log;
  TrainPlan plan;
  RunDir dir;
  MetricLog metrics;
  StopRequest stop;
  RunContext context;
  ParameterSet parameters;
  at::Tensor weight;
  IntervalMeans means;
  BestStep best{EarlyStoppingConfig{}};
  std::optional<Optimizer> optimizer;
  std::optional<RunCheckpoints> checkpoints;
  std::optional<StepExchange> exchange;
};

std::set<std::string> names_in(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    names.insert(entry.path().filename().string());
  }
  test_world().barrier(); // nobody goes on before all have looked
  return names;
}

/// Rank 0 does something to the folder, and all see it.
void on_rank_0(const std::function<void()>& work) {
  agree(test_world(), [&] {
    if (test_world().rank() == 0) {
      work();
    }
  });
}

void flip_last_byte(const fs::path& path) {
  std::string bytes = read_file(path);
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  std::ofstream(path, std::ios::binary) << bytes;
}

struct Fixture {
  Fixture() : folder(test_world()), path(folder.path() / "run"), sets(path / "checkpoints") {}

  std::string share_of_last_rank() const {
    const int size = test_world().size();
    return fmt::format("share-{}-of-{}.safetensors", size - 1, size);
  }

  SharedFolder folder;
  fs::path path;
  fs::path sets;
  FaultyFileSystem sound;
};

} // namespace

TEST_CASE_METHOD(Fixture, "a save goes on beside the steps and holds the state it began with") {
  const bool shard = GENERATE(true, false);
  {
    Run run(path, test_world(), sound, plan_with(some_config), shard);
    CHECK(run.checkpoints->load() == 0);
    run.set(1);
    run.checkpoints->start(10);
    run.set(2);
    while (all_max(test_world(), fs::exists(sets / "step-10/manifest.json") ? 0 : 1) != 0) {
      run.step();
    }
    run.checkpoints->start(20);
    run.set(3);
    run.checkpoints->start(30); // waits for the one before
    run.checkpoints->finish();
  }
  CHECK(names_in(sets) == std::set<std::string>{"latest", "step-10", "step-20", "step-30"});
  for (const auto& [step, value] : {std::pair<std::int64_t, double>{10, 1}, {20, 2}, {30, 3}}) {
    TrainPlan plan = plan_with(some_config);
    plan.resume_step = step;
    Run run(path, test_world(), sound, plan);
    CHECK(run.checkpoints->load() == step);
    CHECK(run.is(value));
  }
}

TEST_CASE_METHOD(Fixture, "a set of all ranks is loaded by one, and the other way round") {
  {
    Run run(path, test_world(), sound);
    run.set(4);
    run.checkpoints->save_now(10);
  }
  const std::unique_ptr<Communicator> self = make_self_communicator();
  const fs::path own = folder.path() / ("alone-" + std::to_string(test_world().rank()));
  fs::create_directories(own);
  fs::copy(sets, own / "checkpoints", fs::copy_options::recursive);
  {
    Run alone(own, *self, sound);
    CHECK(alone.checkpoints->load() == 10);
    CHECK(alone.is(4));
    alone.set(5);
    alone.checkpoints->save_now(20);
  }
  on_rank_0([&] { fs::copy(own / "checkpoints/step-20", sets / "step-20", fs::copy_options::recursive); });
  Run run(path, test_world(), sound);
  CHECK(run.checkpoints->load() == 20);
  CHECK(run.is(5));
}

TEST_CASE_METHOD(Fixture, "a damaged set is passed over by all ranks alike, and refused where it was asked for") {
  {
    Run run(path, test_world(), sound);
    for (const std::int64_t step : {10, 20, 30}) {
      run.set(static_cast<double>(step));
      run.checkpoints->save_now(step);
    }
  }
  on_rank_0([&] {
    flip_last_byte(sets / "step-30" / share_of_last_rank());
    flip_last_byte(sets / "step-20/manifest.json");
  });
  {
    Run run(path, test_world(), sound);
    CHECK(run.checkpoints->load() == 10);
    CHECK(run.is(10));
  }
  for (const std::int64_t step : {20, 30, 15}) {
    TrainPlan plan = plan_with(some_config);
    plan.resume_step = step;
    Run run(path, test_world(), sound, plan);
    CHECK_THROWS_WITH(run.checkpoints->load(),
                      step == 15 ? Catch::Contains("no checkpoint of step 15") && Catch::Contains("30, 20, 10")
                                 : Catch::Contains(fmt::format("step-{}/", step)) && Catch::Contains("damaged"));
  }
  on_rank_0([&] {
    fs::remove(sets / "step-10/state.safetensors");
    fs::remove(sets / "step-30/manifest.json");
  });
  for (const auto step : {std::optional<std::int64_t>(30), std::optional<std::int64_t>()}) { // named, and none whole
    TrainPlan plan = plan_with(some_config);
    plan.resume_step = step;
    Run run(path, test_world(), sound, plan);
    CHECK_THROWS_AS(run.checkpoints->load(), DataError);
  }
}

TEST_CASE_METHOD(Fixture, "a full disk on one rank costs one set, and the second in a row the run") {
  Run run(path, test_world(), sound);
  run.set(1);
  run.checkpoints->save_now(10);
  run.checkpoints.reset();
  const auto before = names_in(sets);

  const int victim = test_world().size() - 1;
  FaultyFileSystem system;
  run.checkpoints.emplace(run.plan, run.context, run.parameters, *run.optimizer, run.means, run.best, system);
  const auto fill_disk = [&](int error) { system.fail_all(test_world().rank() == victim ? error : 0); };
  run.checkpoints->start(20);
  run.checkpoints->finish();
  CHECK(run.checkpoints->load_newest() == 20);

  // One failure, seen by the verdict of a step.
  std::int64_t step = 30;
  if (test_world().size() > 1) { // rank 0 alone would fail before it writes
    fill_disk(ENOSPC);
    run.checkpoints->start(step);
    for (int i = 0; i < 1000 && all_max(test_world(), fs::exists(sets / "step-30.tmp-1") ? 1 : 0) != 0; ++i) {
      run.step();
    }
    CHECK(names_in(sets) == std::set<std::string>{"latest", "step-10", "step-20"});
    fill_disk(0);
    run.checkpoints->start(step);
    run.checkpoints->finish();
    CHECK(names_in(sets) == std::set<std::string>{"latest", "step-10", "step-20", "step-30"});
  }

  // Two in a row.
  fill_disk(ENOSPC);
  run.checkpoints->start(40);
  CHECK_NOTHROW(run.checkpoints->finish());
  try {
    run.checkpoints->start(50);
    run.checkpoints->finish();
    CHECK(false);
  } catch (const IoError& error) {
    CHECK_THAT(error.what(),
               Catch::Contains("step 50") && Catch::Contains("No space left on device") && Catch::Contains(sets.string()));
    CHECK((test_world().size() == 1 || error.agreed()));
  }
  fill_disk(0);
  CHECK(run.checkpoints->load_newest() == (test_world().size() > 1 ? 30 : 20));

  // At a stop there is no later one.
  fill_disk(EIO);
  run.checkpoints.emplace(run.plan, run.context, run.parameters, *run.optimizer, run.means, run.best, system);
  CHECK_THROWS_AS(run.checkpoints->save_now(60), IoError);
}

TEST_CASE_METHOD(Fixture, "a run that lost its folder publishes nothing") {
  Run run(path, test_world(), sound);
  run.set(1);
  run.checkpoints->save_now(10);
  on_rank_0([&] { std::ofstream(path / "owner-2.json") << R"({"epoch": 2, "host": "far-away", "pid": 5})"; });
  CHECK_THROWS_AS(run.checkpoints->save_now(20), OwnedError);
  CHECK_FALSE(fs::exists(sets / "step-20"));
}

TEST_CASE_METHOD(Fixture, "a harmless change goes on, another is refused unless it is allowed") {
  {
    Run run(path, test_world(), sound);
    run.set(1);
    run.checkpoints->save_now(10);
  }
  const auto changed = [](std::string from, const std::string& to) {
    std::string text = some_config;
    return text.replace(text.find(from), from.size(), to);
  };
  const auto load = [&](TrainPlan plan) { return Run(path, test_world(), sound, std::move(plan)).checkpoints->load(); };
  CHECK(load(plan_with(changed("log_every_steps: 5", "log_every_steps: 7"))) == 10);
  CHECK(load(plan_with(changed("steps: 30", "steps: 60"))) == 10);
  CHECK_THROWS_WITH(load(plan_with(changed("learning_rate: 0.1", "learning_rate: 0.2"))),
                    Catch::Contains("optimizer.learning_rate: 0.1 -> 0.2") && Catch::Contains("--allow-change"));
  CHECK_THROWS_WITH(load(plan_with(some_config, "other data")), Catch::Contains("the data: d -> other data"));
  TrainPlan allowed = plan_with(changed("learning_rate: 0.1", "learning_rate: 0.2"), "other data");
  allowed.allow_change = true;
  CHECK(load(allowed) == 10);
}
