#include "radforge/comm/guard.hpp"
#include "radforge/core/error.hpp"

#include <catch2/catch.hpp>

#include <filesystem>

using namespace radforge;

namespace {

/// A world of two ranks whose end is seen as an exception.
struct EndOfWorld {
  int exit_code;
};

class TwoRanks final : public Communicator {
 public:
  explicit TwoRanks(int rank = 1) : rank_(rank) {}
  int rank() const override { return rank_; }
  int size() const override { return 2; }
  void all_reduce(Buffer, ReduceOp) override {}
  std::unique_ptr<Work> start_all_reduce(Buffer, ReduceOp) override { return nullptr; }
  void broadcast(Buffer, int) override {}
  void all_gather(Buffer, Buffer) override {}
  void reduce_scatter(Buffer, Buffer, ReduceOp) override {}
  std::unique_ptr<Communicator> split(int) override { return make_self_communicator(); }
  void barrier() override {}
  void abort(int exit_code) override { throw EndOfWorld{exit_code}; }

 private:
  int rank_;
};

int end_of(const std::function<int()>& body) {
  TwoRanks world;
  try {
    run_guarded(world, Log(), body);
  } catch (const EndOfWorld& end) {
    return end.exit_code;
  }
  return -1;
}

} // namespace

TEST_CASE("alone, every exception becomes its exit code") {
  const auto self = make_self_communicator();
  const auto code_of = [&](const std::function<int()>& body) { return run_guarded(*self, Log(), body); };
  CHECK(code_of([] { return 0; }) == 0);
  CHECK(code_of([] { return 9; }) == 9);
  CHECK(code_of([]() -> int { throw DataError("x"); }) == 3);
  CHECK(code_of([]() -> int { throw StoppedError("x"); }) == 75);
  CHECK(code_of([]() -> int { throw std::filesystem::filesystem_error("x", std::make_error_code(std::errc::io_error)); }) == 4);
  CHECK(code_of([]() -> int { throw std::bad_alloc(); }) == 70);
  CHECK(code_of([]() -> int { throw 1; }) == 70);
}

TEST_CASE("an error of one rank ends the world, an agreed one does not") {
  CHECK(end_of([]() -> int { throw IoError("disk full"); }) == 4);
  CHECK(end_of([]() -> int { throw std::runtime_error("x"); }) == 70);
  CHECK(end_of([]() -> int { throw 1; }) == 70);
  CHECK(end_of([] { return 0; }) == -1);

  // Rank 0 speaks for all, and so its exit code does.
  for (const int rank : {0, 1}) {
    TwoRanks world(rank);
    const int code = run_guarded(world, Log(), []() -> int {
      OwnedError error("taken");
      error.set_agreed();
      throw error;
    });
    CHECK(code == (rank == 0 ? 73 : 0));
  }
}
