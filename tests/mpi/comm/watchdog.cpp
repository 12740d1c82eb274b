#include "../../../src/comm/status_files.hpp"
#include "../../../src/comm/watch_board.hpp"
#include "mpi_world.hpp"
#include "radforge/comm/agreement.hpp"
#include "radforge/comm/watched_communicator.hpp"
#include "radforge/core/error.hpp"
#include "shared_folder.hpp"

#include <catch2/catch.hpp>

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <vector>

using namespace radforge;

namespace {
const PhaseDeadlines kNone{0, 0, 0, 0, 0};
} // namespace

TEST_CASE("ranks of one machine share memory, in nodes of any size") {
  Communicator& world = test_world();
  for (const int most_ranks : {0, 1, 2, 3}) {
    const NodeMemory memory(
        world, [](std::size_t n) { return n * 100; }, most_ranks);
    const int width = most_ranks == 0 ? world.size() : most_ranks;
    const int first = world.rank() / width * width;
    std::vector<int> expected(static_cast<std::size_t>(std::min(width, world.size() - first)));
    std::iota(expected.begin(), expected.end(), first);
    CHECK(memory.ranks() == expected);
    auto* numbers = reinterpret_cast<volatile int*>(memory.data());
    CHECK(numbers[world.rank() - first] == 0);
    numbers[world.rank() - first] = world.rank() + 1;
    world.barrier();
    for (std::size_t i = 0; i < expected.size(); ++i) {
      CHECK(numbers[i] == first + static_cast<int>(i) + 1);
    }
    CHECK(memory.processes()[static_cast<std::size_t>(world.rank())].pid == getpid());
    world.barrier();
  }
}

TEST_CASE("the board keeps the last collectives of every rank of the node") {
  Communicator& world = test_world();
  WatchBoard board(world, kNone, 0);
  constexpr std::int64_t kCalls = WatchBoard::kRecent + 10;
  RankState state{.phase = Phase::compute, .step = 5, .since_ns = now_ns()};
  for (std::int64_t i = 1; i <= kCalls; ++i) {
    const Collective call{Operation::all_reduce, ReduceOp::max, DType::f64, 0, 8 * i};
    state.num_entered = i;
    state.last = {i, call, 5, now_ns(), 0};
    board.write(state.last);
    board.write(state);
  }
  world.barrier();
  for (int r = 0; r < world.size(); ++r) {
    const RankView view = board.look_at(r);
    CHECK(view.known);
    CHECK(view.state.phase == Phase::compute);
    CHECK(view.state.num_entered == kCalls);
    REQUIRE(view.recent.size() == WatchBoard::kRecent);
    CHECK(view.recent.front().sequence == kCalls - static_cast<std::int64_t>(WatchBoard::kRecent) + 1);
    CHECK(view.recent.back().call.bytes == 8 * kCalls);
    CHECK(board.record_of(r, 1).sequence == 0);
    CHECK(view.phase_s >= 0);
  }
  world.barrier();
}

TEST_CASE("one rank of a node claims the end") {
  Communicator& world = test_world();
  WatchBoard board(world, kNone, 0);
  CHECK_FALSE(board.must_end());
  world.barrier();
  const bool first = board.claim_end();
  CHECK(all_sum(world, first ? 1 : 0) == 1);
  CHECK(board.claimed() == first);
  CHECK(board.must_end());
}

TEST_CASE("an overdue phase must end") {
  WatchBoard board(test_world(), {.start_up = 0, .data = 1, .compute = 0, .collective = 0, .save = 1000}, 0);
  const std::int64_t long_ago = now_ns() - 2'000'000'000;
  board.write(RankState{.phase = Phase::save, .since_ns = long_ago});
  CHECK_FALSE(board.must_end());
  board.write(RankState{.phase = Phase::compute, .since_ns = long_ago});
  CHECK_FALSE(board.must_end());
  board.write(RankState{.phase = Phase::data, .since_ns = long_ago});
  CHECK(board.must_end());
  board.write(RankState{.phase = Phase::data, .left = 1, .since_ns = long_ago});
  CHECK_FALSE(board.must_end());
  test_world().barrier();
}

TEST_CASE("phases nest and come back") {
  Watchdog watchdog(test_world(), Log(), {.deadlines = kNone});
  CHECK(watchdog.phase() == Phase::start_up);
  watchdog.enter(Phase::compute, 4);
  {
    const ScopedPhase saving(watchdog, Phase::save);
    CHECK(watchdog.phase() == Phase::save);
    CHECK(watchdog.step() == 4);
    const ScopedPhase later(watchdog, Phase::data, 5);
    CHECK(watchdog.step() == 5);
  }
  CHECK(watchdog.phase() == Phase::compute);
  CHECK(watchdog.step() == 4);
}

TEST_CASE("a watched communicator does what the one inside does") {
  Communicator& world = test_world();
  Watchdog watchdog(world, Log(), {.deadlines = {60, 60, 60, 60, 60}});
  WatchedCommunicator watched(world, watchdog);
  CHECK(watched.rank() == world.rank());
  CHECK(watched.size() == world.size());
  watchdog.enter(Phase::compute, 1);

  int number = 1;
  watched.all_reduce({&number, 1, DType::i32}, ReduceOp::sum);
  CHECK(number == world.size());
  int second = 2;
  const auto work = watched.start_all_reduce({&second, 1, DType::i32}, ReduceOp::max);
  work->wait();
  CHECK(work->done());
  CHECK(second == 2);
  watched.start_all_reduce({&second, 1, DType::i32}, ReduceOp::sum).reset();
  CHECK(second == 2 * world.size());
  int root = world.rank();
  watched.broadcast({&root, 1, DType::i32}, world.size() - 1);
  CHECK(root == world.size() - 1);
  std::vector<int> all(static_cast<std::size_t>(world.size()));
  int mine = world.rank();
  watched.all_gather({&mine, 1, DType::i32}, buffer_of(std::span(all)));
  CHECK(all.back() == world.size() - 1);
  watched.reduce_scatter(buffer_of(std::span(all)), {&mine, 1, DType::i32}, ReduceOp::max);
  CHECK(mine == world.rank());
  watched.barrier();
  CHECK(watchdog.phase() == Phase::compute);
}

TEST_CASE("more collectives are under way than are remembered") {
  Communicator& world = test_world();
  Watchdog watchdog(world, Log(), {.deadlines = {60, 60, 60, 60, 60}});
  WatchedCommunicator watched(world, watchdog);
  std::vector<int> numbers(100, 1);
  std::vector<std::unique_ptr<Work>> works;
  for (int& number : numbers) {
    works.push_back(watched.start_all_reduce({&number, 1, DType::i32}, ReduceOp::sum));
  }
  for (const auto& work : works) {
    work->wait();
  }
  CHECK(numbers == std::vector<int>(100, world.size()));
}

TEST_CASE("a process has one watchdog, and its handler goes with it") {
  struct sigaction before;
  sigaction(SIGCONT, nullptr, &before);
  {
    Watchdog watchdog(test_world(), Log(), {.deadlines = kNone});
    CHECK_THROWS_AS(Watchdog(test_world(), Log(), {.deadlines = kNone}), InternalError);
    raise(SIGCONT); // nothing is overdue
  }
  struct sigaction after;
  sigaction(SIGCONT, nullptr, &after);
  CHECK(after.sa_handler == before.sa_handler);
}

TEST_CASE("ranks on other nodes are known from files") {
  Communicator& world = test_world();
  const SharedFolder folder(world);
  WatchBoard board(world, kNone, 1);
  const CollectiveRecord last{3, {Operation::broadcast, ReduceOp::sum, DType::i64, 1, 64}, 2, now_ns(), 0};
  board.write(RankState{.phase = Phase::save, .step = world.rank(), .since_ns = now_ns(), .num_entered = 3, .last = last});
  world.barrier();
  {
    const StatusFiles files(world, board, folder.path());
    std::vector<RankView> views;
    for (int r = 0; r < world.size(); ++r) {
      views.push_back(r == world.rank() ? board.look_at(r) : RankView{.rank = r, .host = "there"});
    }
    files.fill_in(views);
    for (int r = 0; r < world.size(); ++r) {
      const RankView& view = views[static_cast<std::size_t>(r)];
      CHECK(view.known);
      CHECK(view.state.phase == Phase::save);
      CHECK(view.state.step == r);
      CHECK(view.state.num_entered == 3);
      if (r != world.rank()) {
        CHECK(view.host == "there");
        REQUIRE(view.recent.size() == 1);
        CHECK(view.recent[0].call == last.call);
      }
    }
    world.barrier();
  }
  world.barrier();
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("status files full of rubbish are not read") {
  Communicator& world = test_world();
  const SharedFolder folder(world);
  WatchBoard board(world, kNone, 1);
  const StatusFiles files(world, board, folder.path());
  world.barrier();
  std::vector<RankView> views;
  for (int r = 0; r < world.size(); ++r) {
    views.push_back({.rank = r, .host = "there"});
  }
  std::ofstream(folder.path() / fmt::format("watchdog-rank-{}.status", world.rank())) << std::string(10000, 'x');
  world.barrier();
  CHECK_NOTHROW(files.fill_in(views));
  world.barrier();
}

TEST_CASE("a folder that is not there is an error on all ranks") {
  Communicator& world = test_world();
  WatchBoard board(world, kNone, 1);
  CHECK_THROWS_AS(StatusFiles(world, board, "/nowhere/at/all"), IoError);
}
