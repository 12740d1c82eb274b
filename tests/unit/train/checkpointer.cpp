#include "radforge/train/checkpointer.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"
#include "radforge/io/safetensors.hpp"

#include "checkpoint_world.hpp"
#include "faulty_file_system.hpp"
#include "temp_folder.hpp"

#include "torch_catch.hpp"

#include <future>
#include <map>
#include <set>

using namespace radforge;
namespace fs = std::filesystem;

namespace {

using Fault = FaultyFileSystem::Fault;

std::set<std::string> names_in(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    names.insert(entry.path().filename().string());
  }
  return names;
}

std::map<std::string, std::string> payload_of(const fs::path& set) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::directory_iterator(set)) {
    files[entry.path().filename().string()] = read_file(entry.path());
  }
  return files;
}

/// A folder with the sets of steps 10 and 20, to be copied.
struct TwoSets {
  explicit TwoSets(int num_ranks) {
    FaultyFileSystem system;
    CheckpointWorld world(folder / "checkpoints", num_ranks, system);
    world.save(10);
    world.save(20);
  }
  fs::path copy_to(const TempFolder& other) const {
    fs::copy(folder / "checkpoints", other / "checkpoints", fs::copy_options::recursive);
    return other / "checkpoints";
  }
  TempFolder folder;
};

/// Holds back the first file that is made until it is let go.
class HeldFileSystem final : public FileSystem {
 public:
  std::promise<void> go;

 protected:
  int call_create(const char* path) override {
    go_.wait();
    return FileSystem::call_create(path);
  }

 private:
  std::shared_future<void> go_ = go.get_future().share();
};

} // namespace

TEST_CASE("a profile is told what is done in the background") {
  const TempFolder folder;
  FaultyFileSystem system;
  SpanLog log;
  log.open();
  CheckpointWorld(folder / "checkpoints", 2, system, {.spans = &log}).save(10);
  std::multiset<std::string> names;
  for (const SpanLog::Span& span : log.close()) {
    CHECK(span.category == "save");
    CHECK(span.numbers == SpanLog::Numbers{{"step", 10}});
    names.insert(span.name);
  }
  CHECK(names ==
        std::multiset<std::string>{"publish a checkpoint", "write a share of a checkpoint", "write a share of a checkpoint"});
}

TEST_CASE("a state that was saved comes back bit for bit, on any number of ranks") {
  const TempFolder folder;
  const fs::path sets = folder / "checkpoints";
  const auto optimizer = GENERATE(CheckpointWorld::Optimizer::replicated, CheckpointWorld::Optimizer::sharded);
  const int writers = GENERATE(1, 2, 3);
  FaultyFileSystem system;
  CheckpointWorld(sets, writers, system, {.epoch = 7}, optimizer).save(10);
  CHECK(find_newest_checkpoint(sets, 2).newest->num_ranks() == writers);
  for (const auto other : {CheckpointWorld::Optimizer::replicated, CheckpointWorld::Optimizer::sharded}) {
    for (int readers = 1; readers <= 5; ++readers) {
      CHECK(CheckpointWorld(sets, readers, system, {.epoch = 8}, other).loads(10));
    }
  }
}

TEST_CASE("a rank that holds all writes the bytes of one that holds its share") {
  const TempFolder folder;
  FaultyFileSystem system;
  CheckpointWorld(folder / "sharded", 3, system).save(10);
  CheckpointWorld(folder / "replicated", 3, system, {.epoch = 7}, CheckpointWorld::Optimizer::replicated).save(10);
  CHECK(payload_of(folder / "sharded/step-10") == payload_of(folder / "replicated/step-10"));
  CHECK(names_in(folder / "sharded/step-10") == std::set<std::string>{"manifest.json", "share-0-of-3.safetensors",
                                                                      "share-1-of-3.safetensors", "share-2-of-3.safetensors",
                                                                      "state.safetensors"});
  CHECK(read_file(folder / "sharded/latest") == "step-10\n");
}

TEST_CASE("a crash at any call of a save leaves the old set or the new one, and the next save goes on") {
  const int num_ranks = GENERATE(1, 2, 3);
  const std::int64_t step = GENERATE(30, 20); // a new set, and one in the place of an old one
  const TwoSets before(num_ranks);
  int at = 1;
  int num_old = 0;
  for (bool crashed = true; crashed; ++at) {
    INFO("call " << at << " of a save on " << num_ranks << " ranks");
    const TempFolder folder;
    const fs::path sets = before.copy_to(folder);
    FaultyFileSystem system(Fault::crash, at);
    try {
      CheckpointWorld(sets, num_ranks, system, {.epoch = 8}).save(step, 1);
    } catch (const Crash&) {
    }
    crashed = system.has_crashed();

    FaultyFileSystem sound;
    CheckpointWorld next(sets, num_ranks, sound, {.epoch = 9});
    const CheckpointSearch search = find_newest_checkpoint(sets, 1);
    REQUIRE(search.newest);
    REQUIRE(search.problems.empty());
    const std::int64_t found = search.newest->step();
    const bool is_new = found == step && next.loads(step, 1);
    REQUIRE((is_new || (found == 20 && next.loads(20))));
    num_old += is_new ? 0 : 1;
    next.save(40);
    REQUIRE(next.loads(40));
    REQUIRE(names_in(sets) == std::set<std::string>{"latest", "step-40", is_new && step == 30 ? "step-30" : "step-20"});
  }
  CHECK(num_old > 10 * num_ranks);
  CHECK(at > num_old + 10);
}

TEST_CASE("a crash of one rank leaves the old set, whatever the others have written") {
  const TwoSets before(2);
  for (int at = 1; at <= 12; ++at) {
    const TempFolder folder;
    const fs::path sets = before.copy_to(folder);
    FaultyFileSystem sound;
    FaultyFileSystem system(Fault::crash, at);
    CheckpointWorld healthy(sets, 2, sound, {.epoch = 8});
    CheckpointWorld failing(sets, 2, system, {.epoch = 8});
    healthy.rank(0).begin(30, healthy.state(0).state());
    healthy.rank(0).write(30, healthy.state(0).state());
    failing.rank(1).write(30, failing.state(1).state());
    healthy.rank(0).join();
    failing.rank(1).wait();
    REQUIRE(failing.rank(1).has_failed());
    REQUIRE(find_newest_checkpoint(sets, 1).newest->step() == 20);
  }
}

TEST_CASE("an error of any call of a save is told with path and reason, and leaves the old sets and nothing else") {
  const int num_ranks = GENERATE(1, 2);
  const TwoSets before(num_ranks);
  for (const int error : {ENOSPC, EDQUOT, EIO}) {
    const std::string reason = std::generic_category().message(error);
    int num_failed = 0;
    int num_problems = 0;
    bool failed = true;
    const int calls_behind = 20; // after the set has its name: the oldest one goes, the hint is written
    for (int at = 1; failed || num_problems == 0 || at < num_failed + calls_behind; ++at) {
      REQUIRE(at < 200);
      INFO("call " << at << " fails: " << reason);
      const TempFolder folder;
      const fs::path sets = before.copy_to(folder);
      FaultyFileSystem system(Fault::error, at, error);
      CheckpointWorld world(sets, num_ranks, system, {.epoch = 8});
      failed = false;
      try {
        world.save(30);
      } catch (const IoError& problem) {
        failed = true;
        REQUIRE_THAT(problem.what(), Catch::Contains(sets.string()) && Catch::Contains(reason));
      }
      if (failed) {
        ++num_failed;
        REQUIRE(names_in(sets) == std::set<std::string>{"latest", "step-10", "step-20"});
        REQUIRE(world.loads(20));
        world.save(30); // the disk has room again
        REQUIRE(world.loads(30));
      } else {
        REQUIRE(world.loads(30));
        REQUIRE_FALSE(names_in(sets).contains("latest.tmp-8"));
        num_problems += world.rank(0).take_problems().empty() ? 0 : 1;
      }
    }
    CHECK(num_failed > 10 * num_ranks);
    CHECK(num_problems > 5);
  }
}

TEST_CASE("a save that is interrupted or written in pieces has the same bytes") {
  const TwoSets before(2);
  FaultyFileSystem sound;
  const TempFolder clean_folder;
  const fs::path clean = before.copy_to(clean_folder);
  FaultyFileSystem counting;
  CheckpointWorld(clean, 2, counting).save(30);
  const auto expected = payload_of(clean / "step-30");
  for (const auto fault : {Fault::interruption, Fault::short_write}) {
    for (int at = 1; at <= counting.num_calls(); ++at) {
      const TempFolder folder;
      const fs::path sets = before.copy_to(folder);
      FaultyFileSystem system(fault, at);
      CheckpointWorld(sets, 2, system).save(30);
      REQUIRE(payload_of(sets / "step-30") == expected);
      REQUIRE(names_in(sets) == names_in(clean));
    }
  }
}

TEST_CASE("every file is flushed before the manifest, and the manifest before the set has its name") {
  const TempFolder folder;
  FaultyFileSystem system;
  CheckpointWorld(folder / "checkpoints", 2, system).save(10);
  const auto& calls = system.calls();
  const auto place = [&](const std::string& call) {
    const auto found = std::find(calls.begin(), calls.end(), call);
    REQUIRE(found != calls.end());
    return found - calls.begin();
  };
  const auto manifest = place("create manifest.json");
  for (const char* file : {"share-0-of-2.safetensors", "share-1-of-2.safetensors", "state.safetensors"}) {
    CHECK(place(std::string("sync ") + file) < manifest);
  }
  CHECK(manifest < place("sync manifest.json"));
  CHECK(place("sync manifest.json") < place("sync step-10.tmp-7"));
  CHECK(place("sync step-10.tmp-7") < place("rename step-10"));
  CHECK(place("rename step-10") < place("sync checkpoints"));
  CHECK(place("sync checkpoints") < place("rename latest"));
}

TEST_CASE("what is saved is the state as it was when the save began") {
  const TempFolder folder;
  FaultyFileSystem sound;
  CheckpointWorld(folder / "sync", 1, sound).save(10);

  HeldFileSystem held;
  CheckpointWorld world(folder / "async", 1, held);
  RankState& state = world.state(0);
  state.set(10);
  Checkpointer& checkpointer = world.rank(0);
  checkpointer.begin(10, state.state());
  checkpointer.write(10, state.state());
  CHECK_FALSE(checkpointer.is_over());
  state.set(11);
  held.go.set_value();
  checkpointer.join();
  state.set(12);
  checkpointer.publish();
  checkpointer.join();
  CHECK(payload_of(folder / "async/step-10") == payload_of(folder / "sync/step-10"));
}

TEST_CASE("a save that is given up ends soon and is no set") {
  const TempFolder folder;
  HeldFileSystem held;
  CheckpointWorld world(folder / "checkpoints", 1, held);
  Checkpointer& checkpointer = world.rank(0);
  checkpointer.begin(10, world.state(0).state());
  checkpointer.write(10, world.state(0).state());
  checkpointer.cancel();
  held.go.set_value();
  checkpointer.join();
  CHECK(fs::file_size(folder / "checkpoints/step-10.tmp-7/share-0-of-1.safetensors") == 0);
  checkpointer.discard();
  CHECK(names_in(folder / "checkpoints").empty());
}

TEST_CASE("the disk is asked for room before anything is written") {
  const TempFolder folder;
  FaultyFileSystem system;
  CheckpointWorld world(folder / "checkpoints", 2, system);
  world.save(10);
  const auto before = names_in(folder / "checkpoints");
  system.set_room({.bytes = 1000, .files = 1000});
  CHECK_THROWS_WITH(world.save(20), Catch::Contains("no room") && Catch::Contains("1000 bytes") &&
                                        Catch::Contains((folder / "checkpoints").string()));
  system.set_room({.bytes = 1'000'000, .files = 3});
  CHECK_THROWS_AS(world.save(20), IoError);
  CHECK(names_in(folder / "checkpoints") == before);
  system.set_room({.bytes = 1'000'000, .files = 1000});
  CHECK_NOTHROW(world.save(20));
}

TEST_CASE("only the newest sets stay, and what a killed save left goes") {
  const TempFolder folder;
  const fs::path sets = folder / "checkpoints";
  for (const char* name : {"step-5.tmp-3", "step-5.tmp-7", "step-5.tmp-7.aside", "step-5.tmp-8", "notes"}) {
    fs::create_directories(sets / name);
  }
  write_file_atomically(sets / "latest.tmp-6", "step-5");
  FaultyFileSystem system;
  CheckpointWorld world(sets, 1, system);
  for (const std::int64_t step : {9, 10, 100}) {
    world.save(step);
  }
  CHECK(names_in(sets) == std::set<std::string>{"latest", "notes", "step-10", "step-100", "step-5.tmp-8"});
}

TEST_CASE("a set that is not whole takes no good one's place") {
  const TempFolder folder;
  const fs::path sets = folder / "checkpoints";
  FaultyFileSystem system;
  CheckpointWorld world(sets, 1, system);
  world.save(10);
  world.save(20);
  fs::remove(sets / "step-20/share-0-of-1.safetensors");
  world.save(30);
  CHECK(names_in(sets) == std::set<std::string>{"latest", "step-10", "step-20", "step-30"});
  world.save(40);
  CHECK(names_in(sets) == std::set<std::string>{"latest", "step-30", "step-40"});
}

TEST_CASE("a discarded future goes with the next save, damaged or not, and what was loaded stays") {
  const TempFolder folder;
  const fs::path sets = folder / "checkpoints";
  FaultyFileSystem system;
  CheckpointWorld world(sets, 1, system, {.keep = 3, .epoch = 7});
  for (const std::int64_t step : {10, 20, 30}) {
    world.save(step);
  }
  fs::remove(sets / "step-30/manifest.json");
  CheckpointWorld(sets, 1, system).save(15); // went on from step 10
  CHECK(names_in(sets) == std::set<std::string>{"latest", "step-10", "step-15"});
  CHECK(read_file(sets / "latest") == "step-15\n");
}

TEST_CASE("the last milestone that each kept set knows of stays too") {
  const TempFolder folder;
  const fs::path sets = folder / "checkpoints";
  FaultyFileSystem system;
  CheckpointWorld world(sets, 1, system);
  std::vector<std::int64_t> milestones;
  for (const std::int64_t step : {10, 20, 30, 40, 50, 60}) {
    if (step == 20 || step == 30 || step == 60) {
      milestones.push_back(step);
    }
    world.save(step, 0, milestones);
  }
  // Of 50 the last one is 30; 20 was left when 30 was the older of two.
  CHECK(names_in(sets) == std::set<std::string>{"latest", "step-30", "step-50", "step-60"});
}

TEST_CASE("a set that must not be published leaves nothing") {
  const TempFolder folder;
  const fs::path sets = folder / "checkpoints";
  FaultyFileSystem system;
  CheckpointWorld(sets, 2, system).save(10);
  int asked = 0;
  CheckpointerOptions options{.epoch = 8};
  options.before_rename = [&] {
    ++asked;
    throw OwnedError("taken over");
  };
  CheckpointWorld lost(sets, 2, system, options);
  CHECK_THROWS_AS(lost.save(20), OwnedError);
  CHECK_THROWS_AS(lost.save(10, 1), OwnedError);
  CHECK(asked == 2);
  CHECK(names_in(sets) == std::set<std::string>{"latest", "step-10"});
  CHECK(lost.loads(10));
}

TEST_CASE("a mapped set may be saved over and removed") {
  const TempFolder folder;
  const fs::path sets = folder / "checkpoints";
  FaultyFileSystem system;
  CheckpointWorld world(sets, 1, system);
  world.save(20);
  const std::string bytes = read_file(sets / "step-20/share-0-of-1.safetensors");
  const SafetensorsFile mapped(sets / "step-20/share-0-of-1.safetensors");
  const auto is_unchanged = [&] {
    return std::all_of(mapped.tensors().begin(), mapped.tensors().end(), [&](const TensorView& tensor) {
      const std::string_view text(reinterpret_cast<const char*>(tensor.bytes.data()), tensor.bytes.size());
      return bytes.find(text) != std::string::npos;
    });
  };
  CHECK(is_unchanged());
  world.save(20, 1);
  CHECK(is_unchanged());
  for (const std::int64_t step : {30, 40, 50}) {
    world.save(step);
  }
  CHECK_FALSE(fs::exists(sets / "step-20"));
  CHECK(is_unchanged());
}

TEST_CASE("a file system that cannot swap folders gets the new set in two steps") {
  const TempFolder folder;
  const fs::path sets = folder / "checkpoints";
  FaultyFileSystem system(Fault::no_exchange, 0);
  CheckpointWorld world(sets, 1, system);
  world.save(20);
  world.save(20, 1);
  CHECK(world.loads(20, 1));
  CHECK(names_in(sets) == std::set<std::string>{"latest", "step-20"});
}
