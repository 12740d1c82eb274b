#include "radforge/train/checkpoint_store.hpp"

#include "radforge/core/error.hpp"

#include "temp_folder.hpp"

#include "torch_catch.hpp"

#include <ATen/ops/equal.h>
#include <ATen/ops/full_like.h>

#include <fstream>

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
  for (const std::int64_t step : {10, 9, 100}) {
    store().save(step, state());
  }
  CHECK(fs::exists(folder / "checkpoints/step-100"));
  CHECK(fs::exists(folder / "checkpoints/step-10"));
  CHECK_FALSE(fs::exists(folder / "checkpoints/step-9"));
  CHECK_FALSE(fs::exists(folder / "checkpoints/step-5.tmp-3"));
}

TEST_CASE_METHOD(Fixture, "a damaged set is named and the one before it is taken") {
  store().save(10, state());
  store().save(20, state());
  const fs::path newest = folder / "checkpoints/step-20";
  SECTION("a flipped byte") { flip_last_byte(newest / "average.safetensors"); }
  SECTION("a missing file") { fs::remove(newest / "parameters.safetensors"); }
  SECTION("a cut file") { fs::resize_file(newest / "first_moment.safetensors", 100); }
  SECTION("no manifest") { fs::remove(newest / "manifest.json"); }
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
