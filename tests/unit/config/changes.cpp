#include "radforge/config/changes.hpp"

#include "radforge/config/classifier_run_config.hpp"
#include "radforge/config/load.hpp"
#include "radforge/config/train_config.hpp"
#include "radforge/core/error.hpp"

#include <catch2/catch.hpp>

#include <functional>

using namespace radforge;

namespace {

std::string text_of(DiffusionRunConfig config) {
  return dump_config([&](Schema& schema) { describe(schema, config); });
}

DiffusionRunConfig some_config() {
  DiffusionRunConfig config;
  config.data.sources = {{.dataset = "a"}, {.dataset = "b", .sites = {"one", "two"}}};
  config.train.steps = 30;
  return config;
}

std::vector<ConfigChange> changed(const std::function<void(DiffusionRunConfig&)>& change) {
  DiffusionRunConfig config = some_config();
  change(config);
  return config_changes(text_of(some_config()), text_of(config));
}

} // namespace

TEST_CASE("equal configurations have no changes") {
  CHECK(changed([](DiffusionRunConfig&) {}).empty());
  CHECK(changes_text({}).empty());
}

TEST_CASE("each changed key is told with what it was and is") {
  const auto changes = changed([](DiffusionRunConfig& config) {
    config.optimizer.learning_rate = 0.5;
    config.train.steps = 60;
    config.data.sources[1].sites = {"one"};
  });
  REQUIRE(changes.size() == 3);
  CHECK(changes[0].key == "data.sources.1.sites");
  CHECK(changes[0].kind == ChangeKind::meaning);
  CHECK(changes[1] == ConfigChange{"train.steps", "30", "60", ChangeKind::harmless});
  CHECK(changes[2] == ConfigChange{"optimizer.learning_rate", "0.001", "0.5", ChangeKind::meaning});
  CHECK_THAT(changes_text(changes), Catch::EndsWith("  train.steps: 30 -> 60\n  optimizer.learning_rate: 0.001 -> 0.5"));
  CHECK(changes_of_kind(changes, ChangeKind::meaning).size() == 2);
}

TEST_CASE("keys are told apart by what they do to a run that goes on") {
  const auto kind = [](const std::function<void(DiffusionRunConfig&)>& change) {
    const auto changes = changed(change);
    REQUIRE(changes.size() == 1);
    return changes[0].kind;
  };
  using Config = DiffusionRunConfig;
  CHECK(kind([](Config& c) { c.train.log_every_steps = 7; }) == ChangeKind::harmless);
  CHECK(kind([](Config& c) { c.train.max_minutes = 7; }) == ChangeKind::harmless);
  CHECK(kind([](Config& c) { c.checkpoint.keep = 7; }) == ChangeKind::harmless);
  CHECK(kind([](Config& c) { c.watchdog.data_s = 7; }) == ChangeKind::harmless);
  CHECK(kind([](Config& c) { c.data.loader_threads = 7; }) == ChangeKind::harmless);
  CHECK(kind([](Config& c) { c.data.sources[0].dataset = "moved"; }) == ChangeKind::harmless);
  CHECK(kind([](Config& c) { c.train.micro_batch_size = 4; }) == ChangeKind::rounding);
  CHECK(kind([](Config& c) { c.optimizer.shard = true; }) == ChangeKind::rounding);
  CHECK(kind([](Config& c) { c.train.steps = 29; }) == ChangeKind::meaning);
  CHECK(kind([](Config& c) { c.train.batch_size = 96; }) == ChangeKind::meaning);
  CHECK(kind([](Config& c) { c.train.precision = "bf16"; }) == ChangeKind::meaning);
  CHECK(kind([](Config& c) { c.seed = 7; }) == ChangeKind::meaning);
  CHECK(kind([](Config& c) { c.autoencoder = "other"; }) == ChangeKind::meaning);
  CHECK(kind([](Config& c) { c.unet.layers_per_block += 1; }) == ChangeKind::meaning);
  CHECK(kind([](Config& c) { c.data.sources[0].weight = 7; }) == ChangeKind::meaning);
}

TEST_CASE("what validation looks at has a meaning where it decides which step is the result") {
  const auto kind = [](const std::string& metric) {
    const auto text = [&metric](std::int64_t every) {
      ClassifierRunConfig config;
      config.data.sources = {{.dataset = "a"}};
      config.early_stopping.metric = metric;
      config.train.validate_every_steps = every;
      return dump_config([&](Schema& schema) { describe(schema, config); });
    };
    const auto changes = config_changes(text(10), text(20));
    REQUIRE(changes.size() == 1);
    return changes[0].kind;
  };
  CHECK(kind("") == ChangeKind::harmless);
  CHECK(kind("validation_auroc") == ChangeKind::meaning);
}

TEST_CASE("a key or a list item that came or went is a change of meaning") {
  const auto added = changed([](DiffusionRunConfig& config) { config.data.sources.push_back({.dataset = "c"}); });
  REQUIRE(added.size() == 12);
  CHECK(added[0] == ConfigChange{"data.sources.2.dataset", "(absent)", added[0].after, ChangeKind::meaning});
  const auto gone = config_changes("a: 1\nb: 2\n", "a: 1\n");
  REQUIRE(gone.size() == 1);
  CHECK(gone[0] == ConfigChange{"b", "2", "(absent)", ChangeKind::meaning});
  CHECK_THROWS_AS(config_changes("a: [", "a: 1\n"), ConfigError);
}
