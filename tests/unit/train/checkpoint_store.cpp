#include "radforge/train/checkpoint_store.hpp"

#include "radforge/core/error.hpp"

#include "temp_folder.hpp"

#include "torch_catch.hpp"

#include <ATen/ops/equal.h>
#include <ATen/ops/full_like.h>

#include <sys/resource.h>

#include <csignal>
#include <fstream>
#include <set>

using namespace radforge;
namespace fs = std::filesystem;

namespace {

struct Fixture {
  Fixture() {
    parameters.add("a.weight", {3, 4}, Init::normal(1), weight);
    parameters.add("b", {5}, Init::constant(2), bias);
    parameters.allocate(1);
    first = at::full_like(parameters.flat(), 0.25);
    second = at::full_like(parameters.flat(), 0.5);
    average = at::full_like(parameters.flat(), 0.75);
  }
  TrainState state() { return {parameters, parameters.flat(), first, second, average}; }
  CheckpointStore store(const std::string& config_digest = "c") { return {folder / "checkpoints", {2, 7, config_digest}}; }

  std::set<std::string> names() const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder / "checkpoints")) {
      names.insert(entry.path().filename().string());
    }
    return names;
  }

  TempFolder folder;
  ParameterSet parameters;
  at::Tensor weight;
  at::Tensor bias;
  at::Tensor first;
  at::Tensor second;
  at::Tensor average;
};

void flip_last_byte(const fs::path& path) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  const auto last = static_cast<std::streamoff>(fs::file_size(path)) - 1;
  file.seekg(last);
  const int byte = file.get();
  file.seekp(last);
  file.put(static_cast<char>(byte ^ 1));
}

} // namespace

TEST_CASE_METHOD(Fixture, "a saved state is found and comes back bit for bit") {
  CHECK_FALSE(store().search().newest);
  store().save(10, state());
  const at::Tensor weights = parameters.flat().clone();
  parameters.flat().zero_();
  second.zero_();

  const auto search = store().search();
  REQUIRE(search.newest);
  CHECK(search.newest->step == 10);
  CHECK(search.problems.empty());
  store().load(*search.newest, state());
  CHECK(at::equal(parameters.views(parameters.flat()).at("a.weight"), parameters.views(weights).at("a.weight")));
  CHECK(parameters.views(second).at("b").eq(0.5).all().item<bool>());
}

TEST_CASE_METHOD(Fixture, "only the newest sets stay, and what a killed save left goes") {
  fs::create_directories(folder / "checkpoints/step-5.tmp-3");
  fs::create_directories(folder / "checkpoints/step-5.tmp-7");
  fs::create_directories(folder / "checkpoints/step-5.tmp-8"); // of a newer owner
  for (const std::int64_t step : {9, 10, 100}) {
    store().save(step, state());
  }
  CHECK(names() == std::set<std::string>{"step-10", "step-100", "step-5.tmp-8"});
}

TEST_CASE_METHOD(Fixture, "the set just saved stays and the discarded future goes, damaged or not") {
  store().save(20, state());
  store().save(30, state());
  fs::remove(folder / "checkpoints/step-30/manifest.json");
  REQUIRE(store().search().newest->step == 20);
  CheckpointStore(folder / "checkpoints", {1, 7, "c"}).save(25, state());
  CHECK(names() == std::set<std::string>{"step-25"});
  CHECK(store().search().newest->step == 25);
}

TEST_CASE_METHOD(Fixture, "a set that must not or cannot be published leaves nothing, and the former ones as they are") {
  store().save(10, state());
  int calls = 0;
  CheckpointStore lost(folder / "checkpoints", {1, 8, "c", [&] {
                                                  ++calls;
                                                  throw OwnedError("taken over");
                                                }});
  CHECK_THROWS_AS(lost.save(20, state()), OwnedError);
  CHECK(names() == std::set<std::string>{"step-10"});
  CHECK_THROWS_AS(lost.save(10, state()), OwnedError);
  CHECK(calls == 2);
  CHECK(store().search().newest->step == 10);

  const rlim_t limit = 100;
  rlimit former = {};
  getrlimit(RLIMIT_FSIZE, &former);
  const rlimit small = {limit, former.rlim_max};
  const auto former_handler = std::signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &small);
  CHECK_THROWS_AS(store().save(20, state()), IoError);
  setrlimit(RLIMIT_FSIZE, &former);
  std::signal(SIGXFSZ, former_handler);
  CHECK(names() == std::set<std::string>{"step-10"});
}

TEST_CASE_METHOD(Fixture, "a damaged set is named and the one before it is taken") {
  store().save(10, state());
  store().save(20, state());
  const fs::path newest = folder / "checkpoints/step-20";
  SECTION("a flipped byte") { flip_last_byte(newest / "average.safetensors"); }
  SECTION("a missing file") { fs::remove(newest / "parameters.safetensors"); }
  SECTION("a cut file") { fs::resize_file(newest / "first_moment.safetensors", 100); }
  SECTION("no manifest") { fs::remove(newest / "manifest.json"); }
  SECTION("a file that cannot be looked at") {
    fs::remove(newest / "average.safetensors");
    fs::create_symlink("average.safetensors", newest / "average.safetensors");
  }
  SECTION("a cut manifest") { fs::resize_file(newest / "manifest.json", 20); }
  const auto search = store().search();
  REQUIRE(search.newest);
  CHECK(search.newest->step == 10);
  REQUIRE(search.problems.size() == 1);
  CHECK_THAT(search.problems[0], Catch::Contains("step-20"));
}

TEST_CASE_METHOD(Fixture, "a set of another configuration is refused") {
  store("one").save(10, state());
  CHECK_THROWS_AS(store("other").load(*store("other").search().newest, state()), ConfigError);
}
