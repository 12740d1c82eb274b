#include "../../../src/doctor/folder_trial.hpp"

#include "mpi_world.hpp"
#include "shared_folder.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>

using namespace radforge;
namespace fs = std::filesystem;

namespace {

/// Each rank is a node of its own.
std::vector<Node> a_node_a_rank(int size) {
  std::vector<Node> nodes;
  for (int rank = 0; rank < size; ++rank) {
    nodes.push_back({"n" + std::to_string(rank), {rank}});
  }
  return nodes;
}

std::vector<FolderTrial> trial_of(Communicator& world, const fs::path& folder) {
  const std::vector<Node> nodes = a_node_a_rank(world.size());
  Watchdog watchdog(world, Log(), {});
  ScratchFolder scratch(world, nodes, folder);
  const std::vector<FolderTrial> results = try_folder(world, watchdog, nodes, scratch);
  world.barrier(); // before any scratch folder goes
  return results;
}

} // namespace

TEST_CASE("a folder that all nodes share passes, and nothing stays in it") {
  Communicator& world = test_world();
  const SharedFolder shared(world);
  const fs::path folder = shared.path() / "new/output";
  const auto results = trial_of(world, folder);
  REQUIRE(results.size() == static_cast<std::size_t>(world.size()));
  for (const FolderTrial& result : results) {
    CHECK(result.problem.empty());
    CHECK(result.view == 0);
    CHECK(result.locks_reach);
    CHECK(result.write_mb_s > 0);
    CHECK(result.sync_ms > 0);
    CHECK(result.room.bytes > 0);
  }
  world.barrier();
  CHECK_FALSE(fs::exists(shared.path() / "new"));
}

TEST_CASE("what a killed doctor left goes, what another one is at stays") {
  Communicator& world = test_world();
  const SharedFolder shared(world);
  const fs::path old_one = shared.path() / ".doctor-n9-1-0";
  const fs::path new_one = shared.path() / ".doctor-n9-2-0";
  if (world.rank() == 0) {
    fs::create_directory(old_one);
    fs::create_directory(new_one);
    fs::last_write_time(old_one, fs::last_write_time(new_one) - std::chrono::hours(2));
  }
  world.barrier();
  trial_of(world, shared.path());
  world.barrier(); // all have removed their own
  CHECK_FALSE(fs::exists(old_one));
  CHECK(fs::exists(new_one));
  CHECK(std::distance(fs::directory_iterator(shared.path()), {}) == 1);
}

TEST_CASE("a node with a folder of its own is the odd one") {
  Communicator& world = test_world();
  if (world.size() < 3) {
    return;
  }
  const SharedFolder shared(world);
  const bool odd = world.rank() == 0; // also where it is the first
  const fs::path folder = shared.path() / (odd ? "mine" : "ours");
  const auto results = trial_of(world, folder);
  CHECK(results[0].view == 0);
  CHECK(std::all_of(results.begin() + 1, results.end(), [](const FolderTrial& result) { return result.view == 1; }));
  CHECK(std::ranges::all_of(results, [](const FolderTrial& result) { return result.problem.empty(); }));
}

TEST_CASE("a node that cannot make the folder is told of, and the others pass") {
  Communicator& world = test_world();
  const SharedFolder shared(world);
  const bool last = world.rank() == world.size() - 1;
  if (last) {
    std::ofstream(shared.path() / "file") << "no folder";
  }
  const fs::path folder = shared.path() / (last ? "file/output" : "output");
  const auto results = trial_of(world, folder);
  CHECK_FALSE(results.back().problem.empty());
  CHECK(std::all_of(results.begin(), results.end() - 1, [](const FolderTrial& result) { return result.problem.empty(); }));
}
