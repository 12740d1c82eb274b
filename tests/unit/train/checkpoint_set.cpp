#include "radforge/train/checkpoint_set.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"

#include "checkpoint_world.hpp"
#include "faulty_file_system.hpp"
#include "temp_folder.hpp"

#include "torch_catch.hpp"

#include <fstream>
#include <functional>

using namespace radforge;
namespace fs = std::filesystem;

namespace {

void flip(const fs::path& path, std::size_t byte) {
  std::string bytes = read_file(path);
  bytes.at(byte) = static_cast<char>(bytes.at(byte) ^ 1);
  std::ofstream(path, std::ios::binary) << bytes;
}

struct Fixture {
  Fixture() : world(sets(), 3, system) {
    world.save(10);
    world.save(20);
  }
  fs::path sets() const { return folder / "checkpoints"; }

  /// Damages the set of step 20, whose loss is to be seen and named before anything is loaded.
  void is_seen(const std::string& what, const fs::path& file, const std::function<void()>& damage) {
    INFO(what << " of " << file);
    fs::copy(sets() / "step-20", folder / "kept", fs::copy_options::recursive);
    damage();
    const CheckpointSearch search = find_newest_checkpoint(sets(), 2);
    REQUIRE(search.newest);
    CHECK(search.newest->step() == 10);
    REQUIRE(search.problems.size() == 1);
    CHECK_THAT(search.problems[0], Catch::Contains((sets() / "step-20").string()) && Catch::Contains(file.filename().string()));
    fs::remove_all(sets() / "step-20");
    fs::rename(folder / "kept", sets() / "step-20");
    REQUIRE(find_newest_checkpoint(sets(), 1).newest->step() == 20);
  }

  TempFolder folder;
  FaultyFileSystem system;
  CheckpointWorld world;
};

} // namespace

TEST_CASE_METHOD(Fixture, "every damage of every file is seen and named, and the set before is taken") {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(sets() / "step-20")) {
    files.push_back(entry.path());
  }
  REQUIRE(files.size() == 5);
  for (const fs::path& file : files) {
    const std::size_t size = fs::file_size(file);
    for (const std::size_t byte : {std::size_t{0}, std::size_t{1}, std::size_t{20}, size / 3, size / 2, size - 2, size - 1}) {
      is_seen("a flipped bit", file, [&] { flip(file, byte); });
    }
    is_seen("the last byte", file, [&] { fs::resize_file(file, size - 1); });
    is_seen("every byte", file, [&] { fs::resize_file(file, 0); });
    is_seen("loss", file, [&] { fs::remove(file); });
    is_seen("a loop of links", file, [&] {
      fs::remove(file);
      fs::create_symlink(file.filename(), file);
    });
    is_seen("a folder in the place", file, [&] {
      fs::remove(file);
      fs::create_directory(file);
    });
    is_seen("an older set's content", file,
            [&] { fs::copy_file(sets() / "step-10" / file.filename(), file, fs::copy_options::overwrite_existing); });
  }
  const fs::path one = sets() / "step-20/share-0-of-3.safetensors";
  const fs::path other = sets() / "step-20/share-1-of-3.safetensors";
  is_seen("another rank's content", one, [&] {
    fs::rename(one, folder / "aside");
    fs::rename(other, one);
    fs::rename(folder / "aside", other);
  });
}

TEST_CASE_METHOD(Fixture, "every bit of a manifest counts") {
  const fs::path path = sets() / "step-20/manifest.json";
  const std::string text = read_file(path);
  int num_accepted = 0;
  for (std::size_t byte = 0; byte < text.size(); ++byte) {
    std::string damaged = text;
    damaged[byte] = static_cast<char>(damaged[byte] ^ 4);
    try {
      CheckpointSet(sets(), 20, damaged);
      ++num_accepted;
    } catch (const DataError&) {
    }
  }
  CHECK(num_accepted == 0);
  CHECK_THROWS_WITH(CheckpointSet(sets(), 10, text), Catch::Contains("is of step 20"));
  CHECK_THROWS_WITH(CheckpointSet(sets(), 20, R"({"schema_version": 1, "step": 20})"), Catch::Contains("schema version 1"));
}

TEST_CASE_METHOD(Fixture, "each rank reads its part of the files, and together all") {
  const CheckpointSet set(sets(), 20, CheckpointSet::read_manifest(sets(), 20));
  const auto damaged_parts = [&](int num_parts) {
    int count = 0;
    for (int part = 0; part < num_parts; ++part) {
      try {
        set.verify(part, num_parts, 1);
      } catch (const DataError&) {
        ++count;
      }
    }
    return count;
  };
  CHECK(damaged_parts(1) == 0);
  CHECK(damaged_parts(3) == 0);
  flip(sets() / "step-20/share-2-of-3.safetensors", 200);
  for (const int num_parts : {1, 2, 3, 7}) {
    CHECK(damaged_parts(num_parts) == 1);
  }
}

TEST_CASE("without sets there is none to be found") {
  const TempFolder folder;
  CHECK_FALSE(find_newest_checkpoint(folder / "checkpoints", 1).newest);
  fs::create_directories(folder / "checkpoints/step-5.tmp-3");
  fs::create_directories(folder / "checkpoints/step-x");
  std::ofstream(folder / "checkpoints/step-7") << "a file";
  const CheckpointSearch search = find_newest_checkpoint(folder / "checkpoints", 1);
  CHECK_FALSE(search.newest);
  CHECK(search.problems.empty());
}

TEST_CASE_METHOD(Fixture, "a set says where it comes from") {
  CheckpointerOptions options{.epoch = 9};
  options.origin = {
      .config = "seed: 1\nname: \"\\u00fc\"\n", .config_digest = "c", .data_digest = "d", .threads_a_rank = 3, .batch_size = 12};
  CheckpointWorld(sets(), 2, system, options).save(30);
  const std::string text = CheckpointSet::read_manifest(sets(), 30);
  const CheckpointSet set(sets(), 30, text);
  CHECK(set.origin() == options.origin);
  CHECK(set.num_ranks() == 2);
  CHECK(set.step() == 30);
  CHECK_THAT(text, Catch::Contains("\"samples\": 360") && Catch::Contains("\"epoch\": 9"));
}

TEST_CASE_METHOD(Fixture, "a set of another model changes nothing") {
  ParameterSet other;
  at::Tensor weight;
  at::Tensor bias;
  other.add("a.weight", {15, 40}, Init::constant(0), weight);
  other.add("b", {7}, Init::constant(0), bias);
  other.allocate(1);
  world.state(0).set(1);
  const CheckpointSet set(sets(), 20, CheckpointSet::read_manifest(sets(), 20));
  CHECK_THROWS_WITH(set.load(world.state(0).state(), other, 1),
                    Catch::Contains("'a.weight' [40, 15]") && Catch::Contains("'a.weight' [15, 40]"));
  CHECK(world.state(0).is(1));
}

TEST_CASE_METHOD(Fixture, "means of another number of sums begin anew") {
  std::vector<double> means(6, 1.0);
  TrainState state = world.state(0).state();
  state.interval_means = means;
  CheckpointSet(sets(), 20, CheckpointSet::read_manifest(sets(), 20)).load(state, world.parameters(), 1);
  CHECK(means == std::vector<double>(6, 0.0));
}
