#include "radforge/evaluate/sweep_plan.hpp"

#include "radforge/config/load.hpp"
#include "radforge/core/error.hpp"

#include <catch2/catch.hpp>

using namespace radforge;
using Catch::Matchers::Contains;

namespace {

/// Two seeds of a pretraining, each with two fine-tunings.
SweepConfig example() {
  SweepConfig config;
  config.set = {"train.steps=10", "data.balance=[sex]"};
  config.axes = {{"seed", "seed", {{"1", {}}, {"2", {}}}},
                 {"part", "", {{"all", {}}, {"tenth", {"data.sources.0.fraction=0.1"}}}}};
  config.runs = {{"finetune", "f.yaml", "pretrain", {"*"}, {"weights={after}", "predict=[test] # {sweep}/{part}"}},
                 {"pretrain", "p.yaml", "", {"seed"}, {"target={label: sex}"}}};
  return config;
}

std::string problem_of(const SweepConfig& config) {
  try {
    plan_sweep(config, "out");
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

} // namespace

TEST_CASE("a sweep is the product of its axes, and each run what a person would have typed") {
  const std::vector<SweepRun> runs = plan_sweep(example(), "out");
  REQUIRE(runs.size() == 6);
  CHECK(runs[1].name == "finetune-1-tenth");
  CHECK(runs[1].entry == "finetune");
  CHECK(runs[1].values == std::map<std::string, std::string>{{"seed", "1"}, {"part", "tenth"}});
  CHECK(runs[1].output == "out/finetune-1-tenth");
  CHECK(runs[1].overrides == std::vector<std::string>{"train.steps=10", "data.balance=[sex]", "seed=1",
                                                      "data.sources.0.fraction=0.1", "weights=out/pretrain-1",
                                                      "predict=[test] # out/tenth"});
  CHECK(runs[3].after == 5);
  CHECK(runs[5].name == "pretrain-2");
  CHECK(runs[5].config == "p.yaml");
  CHECK(runs[5].overrides.back() == "target={label: sex}");
  CHECK_FALSE(runs[5].after);
}

TEST_CASE("a sweep that contradicts itself is refused") {
  SweepConfig config = example();
  config.runs[0].after = "nothing";
  CHECK_THAT(problem_of(config), Contains("comes after 'nothing' (there is no such run)"));
  config = example();
  config.runs[0].axes = {"part"};
  CHECK_THAT(problem_of(config), Contains("lacks its axis seed"));
  config = example();
  config.runs[0].axes = {"seed", "size"};
  CHECK_THAT(problem_of(config), Contains("has axis 'size' (there are seed, part)"));
  config = example();
  config.runs[1].name = "finetune";
  config.runs[1].axes = {"*"};
  CHECK_THAT(problem_of(config), Contains("two runs have the name finetune-1-all"));
  config = example();
  config.runs[0].set = {"weights={before}"};
  CHECK_THAT(problem_of(config), Contains("{before} is not known; there are after, part, seed, sweep"));
  config = example();
  config.runs[1].after = "finetune";
  config.runs[1].axes = {"*"};
  CHECK_THAT(problem_of(config), Contains("waits for itself"));
  config.runs[1].after = "pretrain";
  CHECK_THAT(problem_of(config), Contains("waits for itself"));
}

TEST_CASE("who has the longest way before it starts first") {
  const std::vector<SweepRun> runs = plan_sweep(example(), "out");
  CHECK(chain_costs(runs, {1, 2, 3, 4, 5, 6}) == std::vector<double>{1, 2, 3, 4, 7, 10});
}

TEST_CASE("chains are shared out whole, by their cost") {
  const std::vector<SweepRun> runs = plan_sweep(example(), "out");
  const std::vector<int> parts = share_out(runs, {1, 2, 3, 4, 5, 6}, 2); // 13 behind pretrain-2, 8 behind pretrain-1
  CHECK(parts == std::vector<int>{1, 1, 0, 0, 1, 0});
  CHECK(share_out(runs, {1, 1, 1, 1, 1, 1}, 1) == std::vector<int>(6, 0));
  CHECK(share_out(runs, {0, 0, 0, 0, 0, 0}, 2) == std::vector<int>{0, 0, 1, 1, 0, 1}); // evaluations: nothing says how long
}
